"""Distinguished names compared: one key for every way to write the same DN (RFC 4514, and the quotes of RFC 2253)."""

from __future__ import annotations

import re
from unicodedata import normalize

_PLAIN_AVA = rb"[a-z0-9.-]+=[^\\\"+;<>,#= ](?:[^\\\"+;<>,]*[^\\\"+;<>, ])?+"
_PLAIN = re.compile(rb"%s(?:,%s)*+" % (_PLAIN_AVA, _PLAIN_AVA))
_VALUE = rb"(?:\\.|\"(?:\\.|[^\"\\])*+\"|[^,;+\\\"])*+"
_PIECE = re.compile(rb"(%s)([,;+]|\Z)" % _VALUE, re.S)
_FIRST = re.compile(rb"(?:\\.|\"(?:\\.|[^\"\\])*+\"|[^,;\\\"])*+[,;] *", re.S)
_TYPE = re.compile(rb"[A-Za-z0-9.-]+")
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.S)
_TO_ESCAPE = re.compile(r'[\\",;+<>\x00]')
_LAST_SPACES = re.compile(rb"(?<!\\) +\Z")
_EXTENDED = re.compile(rb"<GUID=([0-9A-Fa-f-]{32,36})>;?", re.I)
_EXTENDED_PART = re.compile(rb"(?:<(?:GUID|SID)=[^>]*>;?)+", re.I)


def dn_key(dn: bytes) -> bytes:
    """The form in which DNs are compared: case folded, unescaped and escaped again in one way, no optional spaces.

    A key is its own key, so a DN that is found in its lower-case form needs no further work. `ValueError` where the
    bytes are no DN.
    """
    low = dn.lower()
    if low.isascii() and _PLAIN.fullmatch(low):
        return low
    rdns: list[bytes] = []
    avas: list[bytes] = []
    at = 0
    while True:
        piece = _PIECE.match(dn, at)
        if piece is None:
            raise ValueError("not a distinguished name")
        avas.append(_ava_key(piece[1]))
        at = piece.end()
        if piece[2] != b"+":
            rdns.append(b"+".join(sorted(avas)))
            avas = []
        if not piece[2]:
            return b",".join(rdns)


def _ava_key(ava: bytes) -> bytes:
    type_, equals, value = ava.partition(b"=")
    type_ = type_.strip(b" ")
    if not equals or not _TYPE.fullmatch(type_):
        raise ValueError("not a distinguished name")
    value = _LAST_SPACES.sub(b"", value.lstrip(b" "))
    if value.startswith(b"#"):
        return type_.lower() + b"=" + value.lower()
    if len(value) > 1 and value[:1] == value[-1:] == b'"':
        value = value[1:-1]
    text = _ESCAPE.sub(_unescaped, value).decode()
    return type_.lower() + b"=" + _escaped(_folded(text)).encode()


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


def parent_dn(dn: bytes) -> bytes | None:
    """The DN without its first RDN; None for a DN of one RDN."""
    if b"\\" not in dn and b'"' not in dn:
        parent = dn.partition(b",")[2].lstrip(b" ")
    else:
        first = _FIRST.match(dn)
        parent = dn[first.end() :] if first else b""
    return parent or None


def is_below(key: bytes, base: bytes) -> bool:
    """Whether a DN lies at or below a base; both as keys."""
    return key == base or (key.endswith(base) and key[-len(base) - 1 : -len(base)] == b",")


def domain_part(key: bytes) -> bytes:
    """The trailing DC= parts of a DN's key; where there are none, its last RDN."""
    found = re.search(rb"(?:\A|,)(dc=[^,]*(?:,dc=[^,]*)*)\Z", key)
    if found:
        return found[1]
    last = parent = key
    while parent:
        last, parent = parent, parent_dn(parent) or b""
    return last


def split_extended(value: bytes) -> tuple[bytes, bytes | None]:
    """A DN and its GUID's digits from `<GUID=…>;<SID=…>;DN` ([MS-ADTS] 3.1.1.3.4.1.5); None where it has no GUID."""
    if not value.startswith(b"<"):
        return value, None
    guid = _EXTENDED.search(value)
    part = _EXTENDED_PART.match(value)
    return value[part.end() if part else 0 :], guid[1] if guid else None
