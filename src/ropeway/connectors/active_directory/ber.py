"""The little of BER that controls and the LDAP ping need: rows of integers and octet strings (X.690 8.3, 8.7, 8.9)."""

from __future__ import annotations

INTEGER = 0x02
OCTETS = 0x04
SEQUENCE = 0x30


def integer(number: int) -> bytes:
    """A number, in as few bytes as hold it and its sign."""
    bits = (number if number >= 0 else ~number).bit_length()
    return tagged(INTEGER, number.to_bytes(bits // 8 + 1, "big", signed=True))


def octets(content: bytes) -> bytes:
    """Bytes as they are."""
    return tagged(OCTETS, content)


def sequence(*elements: bytes) -> bytes:
    """Elements, already encoded, in order."""
    return tagged(SEQUENCE, b"".join(elements))


def fields(raw: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element of a sequence; ValueError for bytes that are none, or have something after it."""
    tag, content, end = _element(raw, 0)
    if tag != SEQUENCE or end != len(raw):
        raise ValueError("not one sequence")
    return elements(content)


def elements(raw: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element of a row of them; ValueError where one is cut off."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(raw):
        tag, inner, at = _element(raw, at)
        found.append((tag, inner))
    return found


def tagged(tag: int, content: bytes) -> bytes:
    """An element of any tag of one byte."""
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _element(raw: bytes, at: int) -> tuple[int, bytes, int]:
    header = raw[at : at + 2]
    if len(header) < 2:
        raise ValueError("an element is cut off")
    start, length = at + 2, header[1]
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(raw):
            raise ValueError("a length is cut off, absurd or indefinite")
        length = int.from_bytes(raw[start : start + count], "big")
        start += count
    if start + length > len(raw):
        raise ValueError("an element is cut off")
    return header[0], raw[start : start + length], start + length
