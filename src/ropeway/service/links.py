"""A login link as text: `https://HOST:PORT/login#TOKEN.AUTHORITY`.

Token and authority stand after `#`, which no browser and no client sends to a server, so that they are in no log. The
authority is the SHA-256 of the certificate authority that the service made for itself, in Base64: whoever has the link
knows whom to trust before the first byte. A service with a certificate that systems know has none.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from urllib.parse import urlsplit

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

LONGEST = 1024
_TOKEN = re.compile(r"rw_[A-Za-z0-9_-]{43}")


class Link(NamedTuple):
    """What a login link says."""

    url: str
    """Of the service, without a slash at the end."""
    token: Secret[str]
    authority: str
    """SHA-256 of the authority, hexadecimal; empty: those that the system trusts."""


def written(link: Link) -> Secret[str]:
    """The link as it is shown."""
    authority = urlsafe_b64encode(bytes.fromhex(link.authority)).decode().rstrip("=")
    return Secret(f"{link.url}/login#{link.token.reveal()}{f'.{authority}' if authority else ''}")


def read(text: str) -> Link:
    """What somebody pasted; RopewayError `login-link-unreadable` tells what is wrong, and repeats none of it."""
    text = "".join(text.split())  # a long line may have been folded on its way
    try:
        parts = urlsplit(text) if len(text) <= LONGEST else urlsplit("")
        port = parts.port
    except ValueError:
        raise _unreadable("It is no address") from None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.path != "/login":
        raise _unreadable("It does not begin with https://HOST/login")
    token, _, authority = parts.fragment.partition(".")
    if not _TOKEN.fullmatch(token):
        raise _unreadable("What stands after # is missing, or a part of it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Link(f"https://{host}{f':{port}' if port else ''}", Secret(token), _digest(authority))


def _digest(text: str) -> str:
    if not text:
        return ""
    try:
        digest = urlsafe_b64decode(text + "=")
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise _unreadable("What stands after the last dot is damaged")
    return digest.hex()


def _unreadable(reason: str) -> RopewayError:
    return RopewayError(Problem("login-link-unreadable", details={"reason": reason}))
