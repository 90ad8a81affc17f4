"""Clauses about where an object belongs: members of groups, objects below containers.

An object cannot say so itself: the engine tells it as `MEMBER_OF` and `WITHIN`, from links and containers as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.expressions import ExpressionFailed
from ropeway.rules.bases import MEMBER_OF, WITHIN, Base, base, spelt
from ropeway.rules.clause import CompiledClause, ScopeAnswer
from ropeway.rules.refusals import refused
from ropeway.rules.schema import Clause, ContainerFilter, GroupFilter

_SUBJECTS = frozenset({"", "dn", "distinguishedName", "memberOf", "objectGUID"})
"""What a clause about membership may name as its attribute: the object itself, in whatever way."""


def membership_clause(clause: Clause, path: str) -> CompiledClause:
    """ISMEMBEROF and ISNOTMEMBEROF: one of the groups, or none of them."""
    if clause.source_operand_name not in _SUBJECTS:
        reason = "ISMEMBEROF is about the object itself: distinguishedName, or nothing"
        raise refused("schema-unreadable", f"{path}.sourceOperandName", reason, value=clause.source_operand_name)
    values = clause.target_operand.values
    where = f"{path}.targetOperand.values"
    if not values:
        raise refused("schema-unreadable", where, f"{clause.operator_name} takes at least one group, not 0")
    groups = tuple(base(text, f"{where}[{at}]", nested=clause.nested) for at, text in enumerate(values))
    return _members(groups, clause.name, negated=spelt(clause.operator_name) == "ISNOTMEMBEROF")


def filter_clauses(
    containers: ContainerFilter | None, groups: GroupFilter | None, path: str
) -> tuple[CompiledClause, ...]:
    """The containerFilter and the groupFilter of a rule, as clauses that each of its objects must meet."""
    found: list[CompiledClause] = []
    if containers is not None and containers.included_containers:
        where = f"{path}.containerFilter.includedContainers"
        found.append(
            _below(tuple(base(text, f"{where}[{at}]") for at, text in enumerate(containers.included_containers)))
        )
    if groups is not None and groups.included_groups:
        where = f"{path}.groupFilter.includedGroups"
        named = enumerate(groups.included_groups)
        found.append(_members(tuple(base(text, f"{where}[{at}]", nested=groups.nested) for at, text in named), ""))
    return tuple(found)


def _members(groups: tuple[Base, ...], name: str, *, negated: bool = False) -> CompiledClause:
    names = " or ".join(f"“{group.name}”" for group in groups)
    written = f"{'no member' if negated else 'member'} of {names}"
    keys = frozenset(group.key for group in groups)

    def met(attributes: Mapping[str, Any]) -> bool:
        return _told(attributes, MEMBER_OF, names).isdisjoint(keys) is negated

    answer = ScopeAnswer(False, f"{name} ({written})" if name else written)
    return CompiledClause(name or written, met, frozenset(), answer, groups=groups)


def _below(containers: tuple[Base, ...]) -> CompiledClause:
    names = " or ".join(f"“{container.name}”" for container in containers)
    keys = frozenset(container.key for container in containers)

    def met(attributes: Mapping[str, Any]) -> bool:
        return not _told(attributes, WITHIN, names).isdisjoint(keys)

    written = f"below {names}"
    return CompiledClause(written, met, frozenset(), ScopeAnswer(False, written), containers=containers)


def _told(attributes: Mapping[str, Any], what: str, names: str) -> frozenset[str]:
    found = attributes.get(what)
    if found is None:
        reason = "which groups and containers an object is in is known only of objects that were read"
        raise ExpressionFailed("ISMEMBEROF" if what == MEMBER_OF else "containerFilter", "values", names, reason)
    return found
