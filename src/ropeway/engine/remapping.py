"""References that rules map otherwise than before: what the target has is taken back, under the name it was told by.

Links are remembered by source attribute, and sent under the target attribute that the rules of the day say. So where
these become others, the links that were told turn, once, into links to be taken away; the source's own are told anew.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ropeway.engine.references import FORMER
from ropeway.model.job import Scope
from ropeway.model.prepared import prepared
from ropeway.model.values import digest, pack
from ropeway.rules import Rules

DECISIONS = 2
"""Higher where another version of the program decides otherwise by the same rules: then all is decided anew, once."""

Mapped = dict[str, dict[str, str]]
"""By source type: source reference to target reference."""


class Remapped(NamedTuple):
    """A reference of a source type that flows elsewhere now, or no longer, or again."""

    type: str
    attribute: str
    former: str | None
    """What its links are called while they wait to be taken back; None where they were not told before."""
    again: str | None
    """What links of the target attribute it flows to now were called, if they waited to be taken back."""


def decided_by(rules: Rules, scope: Scope) -> str:
    """What decisions depend on: a digest of rules and scope, and the references by name."""
    stands_for = digest(pack([rules.digest, msgspec.to_builtins(scope), DECISIONS])).hex()
    return f"{stands_for} {msgspec.json.encode(_mapped(rules), order='deterministic').decode()}"


def remapped(before: str, rules: Rules) -> list[Remapped]:
    """What became of references since decisions were made by `before`; older versions did not note them."""
    noted = before.partition(" ")[2]
    if not noted:
        return []
    old, new = msgspec.json.decode(noted, type=prepared(Mapped)), _mapped(rules)
    return [
        Remapped(type_, attribute, was and FORMER + was, becomes and FORMER + becomes)
        for type_ in sorted(old.keys() & new.keys())
        for attribute in sorted(old[type_].keys() | new[type_].keys())
        if (was := old[type_].get(attribute)) != (becomes := new[type_].get(attribute))
    ]


def _mapped(rules: Rules) -> Any:
    return {name: dict(rule.references) for name, rule in rules.by_type.items()}
