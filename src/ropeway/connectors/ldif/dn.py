"""Distinguished names compared: one key for every way to write the same DN (RFC 4514, and the quotes of RFC 2253)."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

_PLAIN_AVA = r"[a-z0-9.-]+=[^\\\"+;<>,#= \0](?:[^\\\"+;<>,\0]*[^\\\"+;<>, \0])?+"
_PLAIN = re.compile(rf"{_PLAIN_AVA}(?:,{_PLAIN_AVA})*+")
_VALUE = r"(?:\\.|\"(?:\\.|[^\"\\])*+\"|[^,;+\\\"])*+"
_PIECE = re.compile(rf"({_VALUE})([,;+]|\Z)", re.S)
_FIRST = re.compile(r"(?:\\.|\"(?:\\.|[^\"\\])*+\"|[^,;\\\"])*+[,;] *", re.S)
_TYPE = re.compile(r"[A-Za-z0-9.-]+")
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.S)
_TO_ESCAPE = re.compile(r'[\\",;+<>\x00]')
_EXTENDED = re.compile(r"<GUID=([0-9A-Fa-f-]{32,36})>;?", re.I)
_EXTENDED_PART = re.compile(r"(?:<(?:GUID|SID)=[^>]*>;?)+", re.I)
_DOMAIN = re.compile(r"(?:\A|,)(dc=[^,]*(?:,dc=[^,]*)*)\Z")


def dn_key(dn: str) -> str:
    """The form in which DNs are compared: case folded, unescaped and escaped again in one way, no optional spaces.

    A key is its own key, so a DN that is found in its lower-case form needs no further work. `ValueError` where the
    text is no DN.
    """
    low = dn.lower()
    if low.isascii() and _PLAIN.fullmatch(low):
        return low
    rdns: list[str] = []
    avas: list[str] = []
    at = 0
    while True:
        piece = _PIECE.match(dn, at)
        if piece is None:
            raise ValueError("not a distinguished name")
        avas.append(_ava_key(piece[1]))
        at = piece.end()
        if piece[2] != "+":
            rdns.append("+".join(sorted(avas)))
            avas = []
        if not piece[2]:
            return ",".join(rdns)


@lru_cache(maxsize=8192)  # the names of containers come again with every object below them
def _ava_key(ava: str) -> str:
    type_, equals, value = ava.partition("=")
    type_ = type_.strip(" ")
    if not equals or not _TYPE.fullmatch(type_):
        raise ValueError("not a distinguished name")
    value = _trimmed(value)
    if value.startswith("#"):
        return f"{type_.lower()}={value.lower()}"
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    raw = value.encode("utf-8", "surrogateescape")
    text = _ESCAPE.sub(_unescaped, raw).decode("utf-8", "surrogateescape")
    return f"{type_.lower()}={_escaped(_folded(text))}"


def _trimmed(value: str) -> str:
    """Without spaces around it, but with an escaped one at its end."""
    short = value.strip(" ")
    escaped = (len(short) - len(short.rstrip("\\"))) % 2 == 1
    return short + " " if escaped and value.endswith(" ") else short


def _unescaped(match: re.Match[bytes]) -> bytes:
    return match[1] if len(match[1]) == 1 else bytes.fromhex(match[1].decode())


def _folded(text: str) -> str:
    """Simple case folding: unlike `casefold` it keeps ß apart from ss, which are two names to a server."""
    if text.isascii():
        return text.lower()
    for _ in range(3):
        folded = normalize("NFC", normalize("NFC", text).lower()).replace("ς", "σ")
        if folded == text:
            break
        text = folded
    return text


def _escaped(text: str) -> str:
    text = _TO_ESCAPE.sub(lambda c: "\\00" if c[0] == "\0" else "\\" + c[0], text)
    if text[:1] in (" ", "#"):
        text = "\\" + text
    if text[-1:] == " " and text != "\\ ":
        text = text[:-1] + "\\ "
    return text


def parent_dn(dn: str) -> str | None:
    """The DN without its first RDN; None for a DN of one RDN."""
    if "\\" not in dn and '"' not in dn:
        parent = dn.partition(",")[2].lstrip(" ")
    else:
        first = _FIRST.match(dn)
        parent = dn[first.end() :] if first else ""
    return parent or None


def is_below(key: str, base: str) -> bool:
    """Whether a DN lies at or below a base; both as keys."""
    return key == base or (key.endswith(base) and key[-len(base) - 1 : -len(base)] == ",")


def domain_part(key: str) -> str:
    """The trailing DC= parts of a DN's key; where there are none, its last RDN."""
    found = _DOMAIN.search(key)
    if found:
        return found[1]
    last = parent = key
    while parent:
        last, parent = parent, parent_dn(parent) or ""
    return last


def split_extended(value: str) -> tuple[str, str | None]:
    """A DN and its GUID's digits from `<GUID=…>;<SID=…>;DN` ([MS-ADTS] 3.1.1.3.4.1.5); None where it has no GUID."""
    if not value.startswith("<"):
        return value, None
    guid = _EXTENDED.search(value)
    part = _EXTENDED_PART.match(value)
    return value[part.end() if part else 0 :], guid[1] if guid else None
