"""Requests to a service about signing in; everything else goes through Control."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec

from ropeway.cli.exits import Refused
from ropeway.control.connection import without_number
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret
from ropeway.service.links import Link

PATIENCE = 30.0
"""Seconds for a service to answer."""

LARGEST = 1 << 20
"""Bytes of an answer."""


class _Error(msgspec.Struct):
    problem: Problem = msgspec.field(name="@ropeway.problem")


class _Refusal(msgspec.Struct):
    error: _Error


class Answered(NamedTuple):
    """What came back."""

    status: int
    content: bytes

    @property
    def text(self) -> str:
        """As a person may see it."""
        return self.content.decode("utf-8", "replace")


class Trust(NamedTuple):
    """A service, and who vouches for it."""

    url: str
    ca: str | None
    """An authority in PEM; None: those that the system trusts."""


def trusted(link: Link, ca_file: Path | None) -> Trust:
    """Whom a link tells to trust. Its authority is fetched and believed only if it has the digest in the link."""
    if ca_file is not None:
        try:
            return Trust(link.url, ca_file.read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"--ca {ca_file}: {getattr(error, 'strerror', None) or 'it is no PEM file'}.") from None
    if not link.authority:
        return Trust(link.url, None)
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the system's authorities are many, and not asked here
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE  # nothing but this path is sent, and the digest says what may come back
    answer = _sent(unverified, "GET", f"{link.url}/ca.pem", None)
    der = b""
    with suppress(ValueError):
        der = ssl.PEM_cert_to_DER_cert(answer.text)
    if sha256(der).hexdigest() != link.authority:
        raise _not_trusted(link.url, "its authority is not the one that the link names")
    return Trust(link.url, ssl.DER_cert_to_PEM_cert(der))


def ask(trust: Trust, method: str, path: str, token: Secret[str] | None = None, body: object = None) -> dict[str, Any]:
    """What the service answers; its problems are raised, as if they had happened here."""
    answer = _sent(_context(trust), method, trust.url + path, token, body)
    if answer.status < 300:
        return _decoded(answer.content) if answer.content else {}
    with suppress(msgspec.MsgspecError):
        raise RopewayError(msgspec.json.decode(answer.content, type=prepared(_Refusal)).error.problem)
    details = {"url": trust.url, "status": str(answer.status), "answer": shown(answer.text)}
    raise RopewayError(Problem("service-answers-otherwise", details=details))


def ask_identity(trust: Trust, url: str, form: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Status and answer of sign-in, to a form or a GET; refusals there have OAuth's shape, and are answers."""
    encoded = urlencode(form).encode() if form is not None else None
    answer = _sent(_context(trust), "GET" if form is None else "POST", url, None, form=encoded)
    return answer.status, _decoded(answer.content)


def _context(trust: Trust) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=trust.ca)
    except ssl.SSLError:
        raise _not_trusted(trust.url, "the authority's certificate is none") from None


def _sent(
    context: ssl.SSLContext,
    method: str,
    url: str,
    token: Secret[str] | None,
    body: object = None,
    *,
    form: bytes | None = None,
) -> Answered:
    headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    content = msgspec.json.encode(body) if body is not None else form
    root = url.removesuffix(urlsplit(url).path)
    try:
        with (
            httpx2.Client(verify=context, timeout=PATIENCE, trust_env=not _is_here(url)) as client,
            client.stream(method, url, headers=headers, content=content) as answer,
        ):
            return Answered(answer.status_code, _bounded(answer))
    except httpx2.ConnectError as error:
        if isinstance(_cause(error), ssl.SSLCertVerificationError):
            raise _not_trusted(root, str(getattr(_cause(error), "verify_message", ""))) from None
        raise _unreachable(root, error) from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _unreachable(root, error) from None


def _bounded(answer: httpx2.Response) -> bytes:
    """The whole answer; httpx2.HTTPError for one that is longer than any of a service."""
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > LARGEST:
            raise httpx2.DecodingError("the answer does not end")
    return bytes(found)


def _cause(error: BaseException) -> BaseException:
    """What was at the bottom of it."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


def _is_here(url: str) -> bool:
    """This very machine is reached without a proxy."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _decoded(content: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _unreachable(url: str, error: Exception) -> RopewayError:
    said = without_number(str(error)) or type(error).__name__
    return RopewayError(Problem("service-unreachable", details={"url": url, "error": said}))


def _not_trusted(url: str, reason: str) -> RopewayError:
    return RopewayError(Problem("service-not-trusted", details={"url": url, "error": reason}))
