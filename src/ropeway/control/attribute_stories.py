"""Attributes of one object, for people: what the job wants, what the directory shows, whose word counts and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ropeway.directory.computed import ADMINISTRATORS
from ropeway.directory.names import Domains, usable
from ropeway.directory.opinions import Opinion, Said
from ropeway.engine.redaction import covered
from ropeway.model.problems import Problem, shown

BY_HAND = "administrators"
"""How the contributor is called that is no job."""

_ERRORS = "onPremisesProvisioningErrors"
_TAKEN = {"userPrincipalName": "duplicate-upn", "proxyAddresses": "duplicate-proxy-address"}


_UNMAPPED: dict[str, Any] = {"value": None, "flow": "", "expression": "", "sources": {}, "exported": None}


def job_names(names: Mapping[int, str]) -> dict[int, str]:
    """Jobs by number, with the one that stands for administrators' own edits."""
    return {**names, ADMINISTRATORS: BY_HAND}


@dataclass(frozen=True, slots=True)
class Known:
    """What the stories are told with."""

    own: tuple[int, str]
    """Job and anchor of the object that is explained."""
    names: Mapping[int, str]
    """Contributors by job number."""
    dns: Mapping[tuple[int, str], str]
    """DN by (job, anchor)."""
    domains: Domains
    holder: Callable[[str, str], str]
    """Who has a value (target attribute, value), by name."""
    secret: Set[str] = frozenset()
    """Target attributes whose values nobody may see."""

    def shown(self, target: str, value: Any) -> Any:
        """A value of a target attribute as it may be shown."""
        return covered(value) if target in self.secret else value

    def job(self, number: int) -> str:
        """A contributor's name."""
        return self.names.get(number, str(number))


def attribute_stories(lines: Sequence[dict[str, Any]], said: Said | None, known: Known) -> list[dict[str, Any]]:
    """The lines of the mapping with everybody else's word on each, then attributes that only others speak of."""
    told = [_line(line, said, known) for line in lines]
    mapped = {line["target"] for line in lines}
    for target in sorted(set(said.opinions) - mapped) if said else ():
        told.append(_line({"target": target, **_UNMAPPED}, said, known))
    return told


def _line(line: dict[str, Any], said: Said | None, known: Known) -> dict[str, Any]:
    target = line["target"]
    if said is None:
        return {**line, "directory": None, "job": known.job(known.own[0]), "others": [], "why": None}
    opinions = said.opinions.get(target, ())
    value = known.shown(target, said.properties.get(target))
    won = known.job(opinions[0].job) if opinions else ""
    others = [_offer(target, one, known) for one in opinions if (one.job, one.anchor) != known.own]
    return {**line, "directory": value, "job": won, "others": others, "why": _why(said, target, opinions, known)}


def _offer(target: str, one: Opinion, known: Known) -> dict[str, Any]:
    return {
        "job": known.job(one.job),
        "object": known.dns.get((one.job, one.anchor), one.anchor),
        "precedence": one.precedence,
        "value": known.shown(target, one.value),
        "mode": one.mode,
    }


def _why(said: Said, target: str, opinions: Sequence[Opinion], known: Known) -> Problem | None:
    """Why the directory shows something else than the one whose word counts wants."""
    wanted = opinions[0].value if opinions else None
    value = said.properties.get(target)
    if value == wanted or said.deleted:
        return None
    for error in said.properties.get(_ERRORS) or ():
        if error["propertyCausingError"] == target and target in _TAKEN:
            taken = str(error["value"])
            details = {"holder": known.holder(target, taken) or "another object", "upn": shown(value)}
            return Problem(_TAKEN[target], attribute=target, value=shown(taken), details=details)
    if target == "userPrincipalName" and isinstance(wanted, str) and not usable(wanted, known.domains):
        return Problem("upn-rewritten", attribute=target, value=shown(wanted), details={"upn": shown(value)})
    return None
