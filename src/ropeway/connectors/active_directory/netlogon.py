"""The LDAP ping: a question to a controller over UDP, and its answer ([MS-ADTS] 6.3.3). Pure; bytes are never trusted.

An answer is not authenticated. Nothing may follow from it but the order in which controllers are tried.
"""

from __future__ import annotations

from typing import NamedTuple

from ropeway.connectors.active_directory import ber

SEARCH = 0x63
"""SearchRequest, [APPLICATION 3] (RFC 4511 4.5.1)."""
ENTRY = 0x64
"""SearchResultEntry, [APPLICATION 4]."""

AND, EQUAL = 0xA0, 0xA3
"""Choices of a filter."""

ENUMERATED, BOOLEAN, SET = 0x0A, 0x01, 0x31

VERSION_5, VERSION_5_EX = 0x2, 0x4
"""Forms of answer that we understand ([MS-ADTS] 6.3.1.1)."""

ANSWERS = frozenset({23, 25})
"""LOGON_SAM_LOGON_RESPONSE_EX, and LOGON_SAM_USER_UNKNOWN_EX ([MS-ADTS] 6.3.1.3)."""

NAMES_AT = 24
"""After operation code, reserved bytes, flags and the domain's GUID ([MS-ADTS] 6.3.1.9)."""

LONGEST_NAME = 255
"""Bytes of a domain name (RFC 1035 2.3.4)."""


class Netlogon(NamedTuple):
    """What a controller says of itself and of who asks: NETLOGON_SAM_LOGON_RESPONSE_EX ([MS-ADTS] 6.3.1.9)."""

    forest: str
    domain: str
    host: str
    short_name: str
    computer: str
    user: str
    site: str
    """Of the controller."""
    client_site: str
    """Of whoever asks, by address; empty where the forest has no subnet for it."""


def question(number: int, domain: str) -> bytes:
    """An LDAPMessage that asks a controller of the domain who it is."""
    version = (VERSION_5 | VERSION_5_EX).to_bytes(4, "little")
    filter_ = ber.tagged(AND, _equals("DnsDomain", domain.encode()) + _equals("NtVer", version))
    zero = ber.tagged(ENUMERATED, b"\0")
    asked = (ber.octets(b""), zero, zero, ber.integer(0), ber.integer(0), ber.tagged(BOOLEAN, b"\0"))
    attributes = ber.sequence(ber.octets(b"Netlogon"))
    return ber.sequence(ber.integer(number), ber.tagged(SEARCH, b"".join(asked) + filter_ + attributes))


def answer(datagram: bytes, number: int) -> Netlogon | None:
    """What answers question `number`; None for an answer to another, or without content; ValueError for no answer."""
    messages = ber.elements(datagram)
    parts = ber.elements(messages[0][1]) if messages and messages[0][0] == ber.SEQUENCE else []
    if len(parts) < 2 or parts[0][0] != ber.INTEGER:
        raise ValueError("not an LDAP message")
    if parts[1][0] != ENTRY or int.from_bytes(parts[0][1], "big", signed=True) != number:
        return None
    value = _value(parts[1][1])
    return None if value is None else netlogon(value)


def netlogon(raw: bytes) -> Netlogon:
    """The content of a `Netlogon` value; ValueError for bytes that are no such structure."""
    if len(raw) < NAMES_AT or int.from_bytes(raw[:2], "little") not in ANSWERS:
        raise ValueError("not a NETLOGON_SAM_LOGON_RESPONSE_EX")
    at = NAMES_AT
    names: list[str] = []
    for _ in Netlogon._fields:
        name, at = _name(raw, at)
        names.append(name)
    return Netlogon(*names)


def _equals(attribute: str, value: bytes) -> bytes:
    return ber.tagged(EQUAL, ber.octets(attribute.encode()) + ber.octets(value))


def _value(entry: bytes) -> bytes | None:
    """The first value of the `Netlogon` attribute of a SearchResultEntry."""
    name_and_attributes = ber.elements(entry)
    if len(name_and_attributes) != 2:
        raise ValueError("not a search result")
    for _, attribute in ber.elements(name_and_attributes[1][1]):
        parts = ber.elements(attribute)
        if len(parts) == 2 and parts[0][1].lower() == b"netlogon" and parts[1][0] == SET:
            return next((value for _, value in ber.elements(parts[1][1])), None)
    return None


def _name(raw: bytes, at: int) -> tuple[str, int]:
    """A name as DNS compresses it (RFC 1035 4.1.4), and where the next begins; pointers may only lead back."""
    labels: list[bytes] = []
    after, lowest, size = 0, at, 0
    while True:
        length = _byte(raw, at)
        if length & 0xC0 == 0xC0:
            target = (length & 0x3F) << 8 | _byte(raw, at + 1)
            if target >= lowest:
                raise ValueError("a name points forward, or at itself")
            after, at = after or at + 2, target
            lowest = target
            continue
        if length & 0xC0:
            raise ValueError("a label of an unknown kind")
        at += 1
        if length == 0:
            return b".".join(labels).decode("utf-8"), after or at
        if at + length > len(raw) or (size := size + length + 1) > LONGEST_NAME:
            raise ValueError("a name is cut off, or too long")
        labels.append(raw[at : at + length])
        at += length


def _byte(raw: bytes, at: int) -> int:
    if at >= len(raw):
        raise ValueError("a name is cut off")
    return raw[at]
