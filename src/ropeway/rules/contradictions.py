"""A scope that no object can ever meet, as far as its clauses alone tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from ropeway.rules.bases import MEMBERSHIP, spelt
from ropeway.rules.operators import OPERATORS, Operator, number_of, operator_named
from ropeway.rules.origin import Origin
from ropeway.rules.refusals import refused
from ropeway.rules.schema import Clause, Filter

_EQUALS, _IS_NULL = OPERATORS["EQUALS"], OPERATORS["IS NULL"]
_ABOVE = (OPERATORS["GREATER_THAN"], OPERATORS["GREATER_THAN_OR_EQUALS"])
_BELOW = (OPERATORS["LESS_THAN"], OPERATORS["LESS_THAN_OR_EQUALS"])
_TRUTHS = (OPERATORS["IS TRUE"], OPERATORS["IS FALSE"])


def refuse_empty_scope(scope: Filter, source: Origin, path: str) -> None:
    """Refuse a list of groups of which each contradicts itself, or what every object must meet besides."""
    listed = {
        "categoryFilterGroups": scope.category_filter_groups,
        "inputFilterGroups": scope.input_filter_groups,
        "groups": scope.groups,
    }
    required = [clause for groups in listed.values() if len(groups) == 1 for clause in groups[0].clauses]
    for key, groups in listed.items():
        found = [_contradiction([*required, *group.clauses], source) for group in groups]
        if found and found[0] is not None and None not in found:
            raise refused("schema-selects-nothing", f"{path}.{key}", found[0])


def _contradiction(clauses: Sequence[Clause], source: Origin) -> str | None:
    """Two clauses that exclude each other, in words."""
    plain = [clause for clause in clauses if not clause.expression]
    for one, other in combinations(plain, 2):
        if one.source_operand_name == other.source_operand_name and (
            _excludes(one, other, source) or _excludes(other, one, source)
        ):
            return f"“{_written(one)}” and “{_written(other)}” exclude each other"
    return None


def _excludes(one: Clause, other: Clause, source: Origin) -> bool:
    """Whether whoever meets the first clause cannot meet the second."""
    if spelt(one.operator_name) in MEMBERSHIP or spelt(other.operator_name) in MEMBERSHIP:
        return _are_opposite_memberships(one, other)
    first, second = operator_named(one.operator_name), operator_named(other.operator_name)
    if first is None or second is None or first.negated:
        return False
    mine, theirs = set(one.target_operand.values), set(other.target_operand.values)
    if second.negated:
        return second is _IS_NULL or (first.test is second.test and mine <= theirs)
    attribute = source.attributes.get(one.source_operand_name)
    if attribute is None or attribute.multivalued:
        return False
    if _beyond_each_other(first, second, mine, theirs):
        return True
    both_equal = first.test is second.test is _EQUALS.test
    return (first, second) == _TRUTHS or (both_equal and _folded(mine).isdisjoint(_folded(theirs)))


def _beyond_each_other(first: Operator, second: Operator, mine: set[str], theirs: set[str]) -> bool:
    """Whether one clause asks for more, and the other for less, than any number can be."""
    if first not in _ABOVE or second not in _BELOW:
        return False
    try:
        least, most = min(map(number_of, mine)), max(map(number_of, theirs))
    except ValueError:
        return False
    return least > most or (least == most and not (first is _ABOVE[1] and second is _BELOW[1]))


def _folded(values: set[str]) -> set[str]:
    return {value.casefold() for value in values}


def _are_opposite_memberships(one: Clause, other: Clause) -> bool:
    opposite = (spelt(one.operator_name), spelt(other.operator_name)) == ("ISMEMBEROF", "ISNOTMEMBEROF")
    same = set(one.target_operand.values) <= set(other.target_operand.values)
    return opposite and same and one.nested <= other.nested


def _written(clause: Clause) -> str:
    values = ", ".join(clause.target_operand.values)
    return " ".join((clause.source_operand_name, clause.operator_name, values)).strip()
