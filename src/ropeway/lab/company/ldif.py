"""A company as `ldapsearch` writes an export of its domain (RFC 2849): for runs without a server."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import md5
from itertools import chain
from struct import pack

from ropeway.lab.company.record import Record

WIDTH = 76
"""Columns of a line; the rest follows after a line break and a space."""

_plain = re.compile(r"[!-9;=-~][!-~]*(?: +[!-~]+)*").fullmatch
"""Printable ASCII that begins and ends with no space: what stands as it is. All else is Base64."""

_CATEGORY = {
    "domain": "Domain-DNS",
    "organizationalUnit": "Organizational-Unit",
    "user": "Person",
    "contact": "Person",
    "group": "Group",
    "computer": "Computer",
}

_FIRST_RID = {"user": 1_100, "computer": 200_000_000, "group": 300_000_000}
"""Kinds with an objectSid, and where their relative identifiers begin."""

_ACCOUNT_TYPE = {"user": 0x30000000, "computer": 0x30000001}
_SECURITY_GROUP, _MAIL_GROUP = 0x10000000, 0x10000001
"""sAMAccountType ([MS-SAMR] 2.2.1.9)."""

_PRIMARY_GROUP = {"user": "513", "computer": "515"}

_SAME_FOR_ALL = "instanceType: 4\nwhenCreated: 20240108090000.0Z\nwhenChanged: 20240108090000.0Z\n"


def export(records: Iterable[Record], *, seed: int, dns_domain: str) -> Iterator[bytes]:
    """The file, one object at a time, the domain itself first. The same seed gives the same bytes."""
    base_dn = ",".join(f"DC={label}" for label in dns_domain.split("."))
    domain = Record("domain", 0, base_dn, {"objectClass": ["top", "domain", "domainDNS"], "dc": [_name(base_dn)]})
    yield b"version: 1\n\n"
    for usn, record in enumerate(chain((domain,), records), start=8_000):
        yield "".join((*_added(record), *_kept_by_the_server(record, seed, usn, base_dn), "\n")).encode()


def guid(seed: int, kind: str, number: int) -> bytes:
    """The objectGUID (16 bytes) of one object."""
    return md5(f"{seed}/{kind}/{number}".encode(), usedforsecurity=False).digest()


def sid(seed: int, kind: str, number: int) -> bytes:
    """The objectSid ([MS-DTYP] 2.4.2.2) of one object: S-1-5-21, three numbers of the domain, one of its own."""
    authority = md5(f"{seed}".encode(), usedforsecurity=False).digest()[:12]
    return b"\1\5\0\0\0\0\0\5\x15\0\0\0" + authority + pack("<I", _FIRST_RID[kind] + number)


def _added(record: Record) -> Iterator[str]:
    yield _line("dn", record.dn)
    for name, values in record.attributes.items():
        for value in values:
            yield _line(name, value)


def _kept_by_the_server(record: Record, seed: int, usn: int, base_dn: str) -> Iterator[str]:
    kind = record.kind
    name = _name(record.dn)
    yield _line("distinguishedName", record.dn)
    yield _line("name", name)
    if record.dn.startswith("CN="):
        yield _line("cn", name)
    yield _line("objectGUID", guid(seed, kind, record.number))
    yield _line("objectCategory", f"CN={_CATEGORY[kind]},CN=Schema,CN=Configuration,{base_dn}")
    yield f"{_SAME_FOR_ALL}uSNCreated: {usn}\nuSNChanged: {usn}\n"
    if kind in _FIRST_RID:
        yield _line("objectSid", sid(seed, kind, record.number))
        yield f"sAMAccountType: {_account_type(record)}\n"
    if kind in _PRIMARY_GROUP:
        yield f"primaryGroupID: {_PRIMARY_GROUP[kind]}\n"


def _account_type(record: Record) -> int:
    if record.kind in _ACCOUNT_TYPE:
        return _ACCOUNT_TYPE[record.kind]
    secures = str(record.attributes["groupType"][0]).startswith("-")
    return _SECURITY_GROUP if secures else _MAIL_GROUP


def _name(dn: str) -> str:
    """The value of the first part of a DN, unescaped."""
    first = re.match(r"[^=]+=((?:\\.|[^,\\])*)", dn)
    assert first is not None
    return first[1].replace("\\", "")


def _line(name: str, value: str | bytes) -> str:
    if isinstance(value, str) and _plain(value):
        line = f"{name}: {value}"
    else:
        raw = value.encode() if isinstance(value, str) else value
        line = f"{name}:: {b64encode(raw).decode()}"
    return f"{line}\n" if len(line) <= WIDTH else _folded(line)


def _folded(line: str) -> str:
    rest = (f" {line[n : n + WIDTH - 1]}\n" for n in range(WIDTH, len(line), WIDTH - 1))
    return f"{line[:WIDTH]}\n{''.join(rest)}"
