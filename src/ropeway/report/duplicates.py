"""Values that several objects want, and who should keep each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from ropeway.model.values import compare_key
from ropeway.report.collected import Collected, Twice, Wanted, names_of
from ropeway.report.examining import Examined, values_of
from ropeway.report.finding import Action, Error, Finding, Severity, readable

NAME, ADDRESS, NICKNAME, ANCHOR = "userPrincipalName", "address", "mailNickname", "anchor"

LONGEST_KEY = 1000
"""Longer values are refused for their length, and not compared."""

Held = Callable[[str, str], bool]
"""Whether the directory has given a value (kind, key) to anybody."""

_NAMED = 4


def wanted_of(one: Examined, identity: str, rank: int, owner: str, *, job: str = "") -> Iterator[Wanted]:
    """What an object wants for itself alone; `job`: its job's name where the report is about another one."""
    for kind, attribute, value, severity in _unique(one):
        key = compare_key(value)
        if 0 < len(key) <= LONGEST_KEY:
            line = None if job else one.finding(severity, Error.DUPLICATE, attribute, value)
            better = rank - (kind == ADDRESS and value.startswith("SMTP:"))
            joins = kind == NICKNAME or (kind == ADDRESS and key == f"smtp:{one.joins_by}")
            yield Wanted(kind, key, identity, better, owner, line, job, joins)


def anchor_of(one: Examined, number: int, source_anchor: str) -> Wanted:
    """The source anchor, which two objects of one job cannot share."""
    line = one.finding(Severity.ERROR, Error.ANCHOR, "sourceAnchor", source_anchor)
    return Wanted(ANCHOR, source_anchor, str(number), number, readable(one.dn), line)


def _unique(one: Examined) -> Iterator[tuple[str, str, str, Severity]]:
    desired = one.desired or {}
    upn = desired.get("userPrincipalName")
    if one.target_type == "user" and isinstance(upn, str):
        yield NAME, one.origin("userPrincipalName")[0], upn, Severity.WARNING
    told: set[str] = set()
    for value in values_of(desired.get("proxyAddresses")):
        if isinstance(value, str):
            address = value if ":" in value else f"smtp:{value}"
            told.add(compare_key(address))
            yield ADDRESS, "proxyAddresses", address, Severity.WARNING
    mail = desired.get("mail")
    if isinstance(mail, str) and mail and compare_key(f"smtp:{mail}") not in told:
        yield ADDRESS, "mail", f"smtp:{mail}", Severity.INFO
    nickname = desired.get("mailNickname")
    if isinstance(nickname, str):
        yield NICKNAME, "mailNickname", nickname, Severity.INFO


def find_duplicates(collected: Collected, held: Held) -> None:
    """Turn every value that is wanted twice into findings, one for each object that the report is about."""
    for twice in list_in_portions(collected):
        owners = collected.owners(twice, _NAMED)
        for identity, line in collected.lines(twice):
            told = _line(twice, line, identity == owners[0][0], collected, held)
            others = names_of(owners, identity, twice.owners)
            collected.find([msgspec.structs.replace(told, remark=f"also: {others}")], sort=f"{twice.kind} {twice.key}")


def list_in_portions(collected: Collected) -> Iterator[Twice]:
    """The values wanted twice; read ahead in portions, since findings are written meanwhile."""
    rows = collected.twice()
    while part := list(islice(rows, 500)):
        yield from part


def _line(twice: Twice, line: Finding, keeps: bool, collected: Collected, held: Held) -> Finding:
    if twice.kind == ANCHOR:
        return line
    if line.attribute == "mail" and line.value.startswith("smtp:"):
        line = msgspec.structs.replace(line, value=line.value[5:])
    if keeps:
        return msgspec.structs.replace(line, action=Action.COMPLETE)
    if twice.kind == NAME:
        suggestion = _free(line.value, collected, held)
        return msgspec.structs.replace(line, suggestion=suggestion, action=Action.EDIT if suggestion else Action.DECIDE)
    if twice.kind == ADDRESS and line.value.startswith("smtp:"):
        return msgspec.structs.replace(line, action=Action.REMOVE)
    return line


def _free(upn: str, collected: Collected, held: Held) -> str:
    """The name with the first number after it that nobody has."""
    local, at, suffix = upn.rpartition("@")
    if not at:
        return ""
    for number in range(2, 1000):
        name = f"{local}{number}@{suffix}"
        if not collected.has(NAME, compare_key(name)) and not held(NAME, compare_key(name)):
            return name
    return ""
