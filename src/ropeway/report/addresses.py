"""Names and addresses taken apart and tidied. Every pattern is linear in the length of the text."""

from __future__ import annotations

import re
import unicodedata

SPECIAL = frozenset(
    ("alt", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost",
     "onion", "private", "test", "workgroup")
)  # fmt: skip
"""Last labels that no mail and no sign-in page is ever reached by (RFC 2606, 6761, 6762 appendix G, 9476)."""

PREFIXES = frozenset(
    ("ccmail", "eum", "fax", "gwise", "im", "ms", "notes", "sip", "smtp", "sms", "spo", "tel", "x400", "x500")
)
"""Kinds of addresses that Exchange knows."""

_DNS = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,15}")
_DOTS = re.compile(r"\.{2,}")
_SPELT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)  # fmt: skip


def is_dns(suffix: str) -> bool:
    """Whether a text is a host or domain name of ASCII letters, digits, hyphens and dots."""
    return len(suffix) <= 253 and _DNS.fullmatch(suffix) is not None


def is_routable(suffix: str) -> bool:
    """Whether a domain can be one of the Internet's: several labels, the last one not set apart for private use."""
    name, dot, last = suffix.lower().rpartition(".")
    return bool(name and dot) and last not in SPECIAL


def plain(text: str) -> str:
    """The text without accents: `Zoë Müßig` is `Zoe Mussig`; characters of other scripts stay."""
    if text.isascii():
        return text
    spelt = unicodedata.normalize("NFKD", text.translate(_SPELT))
    return "".join(c for c in spelt if not unicodedata.combining(c))


def tidy_dots(local: str) -> str:
    """Without dots at either end, and without two in a row."""
    return _DOTS.sub(".", local).strip(".")


def has_bad_dots(local: str) -> bool:
    """Whether a dot stands at either end, or beside another one."""
    return local.startswith(".") or local.endswith(".") or ".." in local


def split_prefix(address: str) -> tuple[str, str]:
    """(prefix, address): `("SMTP", "ada@contoso.test")`; an empty prefix where there is none."""
    prefix, colon, rest = address.partition(":")
    return (prefix, rest) if colon and _PREFIX.fullmatch(prefix) else ("", address)
