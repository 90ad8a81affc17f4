"""Filter groups and clauses: whether an object is in scope, and which clause said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ropeway.expressions import ExpressionFailed
from ropeway.expressions.patterns import Unreadable
from ropeway.expressions.values import MANY, as_truth
from ropeway.model.definition import AttributeDefinition
from ropeway.rules.bases import MEMBERSHIP, spelt
from ropeway.rules.belonging import membership_clause
from ropeway.rules.clause import Check, CompiledClause, ScopeAnswer
from ropeway.rules.operators import OPERATORS, Test, operator_named
from ropeway.rules.origin import Origin, changing
from ropeway.rules.refusals import refused
from ropeway.rules.schema import Clause, Filter, FilterGroup
from ropeway.rules.times import times_compared


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """Conditions that must all be met."""

    name: str
    clauses: tuple[CompiledClause, ...]


@dataclass(frozen=True, slots=True)
class CompiledScope:
    """A whole filter: clauses that everybody must meet, then alternatives of which one must be met."""

    required: tuple[CompiledClause, ...]
    alternatives: tuple[tuple[CompiledGroup, ...], ...]

    @property
    def clauses(self) -> tuple[CompiledClause, ...]:
        """All of them."""
        chosen = (clause for choice in self.alternatives for group in choice for clause in group.clauses)
        return (*self.required, *chosen)

    @property
    def reads(self) -> frozenset[str]:
        """The attributes that decide."""
        return frozenset[str]().union(*(clause.reads for clause in self.clauses))

    @property
    def times(self) -> frozenset[str]:
        """Attributes that are compared with the present time."""
        return frozenset[str]().union(*(clause.times for clause in self.clauses))

    def answer(self, attributes: Mapping[str, Any]) -> ScopeAnswer:
        """The decision; `ExpressionFailed` from a clause's expression, with the clause's name as its argument."""
        clause = None
        try:
            for clause in self.required:
                if (clause.spares is None or clause.spares in attributes) and not clause.met(attributes):
                    return clause.answer
            return _IN_SCOPE if not self.alternatives else self._choice(attributes)
        except ExpressionFailed as error:
            name = clause.name if clause is not None else "scope"
            raise ExpressionFailed(
                error.function, f"{error.argument} (clause “{name}”)", error.value, error.reason
            ) from error

    def _choice(self, attributes: Mapping[str, Any]) -> ScopeAnswer:
        passed: list[str] = []
        for choice in self.alternatives:
            group = next((g for g in choice if all(clause.met(attributes) for clause in g.clauses)), None)
            if group is None:
                return ScopeAnswer(False, "none of the groups: " + "; ".join(g.name for g in choice))
            passed.append(group.name)
        return ScopeAnswer(True, "; ".join(passed))


_IN_SCOPE = ScopeAnswer(True)


def compiled_scope(
    scope: Filter | None, source: Origin, path: str, above: Sequence[CompiledClause] = ()
) -> CompiledScope:
    """The filter of an object mapping below the clauses of its rule, or the refusal of a clause, with its path."""
    if scope is None:
        return CompiledScope(tuple(above), ())
    required: list[CompiledClause] = list(above)
    alternatives: list[tuple[CompiledGroup, ...]] = []
    parts = (
        ("categoryFilterGroups", scope.category_filter_groups),
        ("inputFilterGroups", scope.input_filter_groups),
        ("groups", scope.groups),
    )
    for key, listed in parts:
        groups = _groups(listed, source, f"{path}.{key}")
        if len(groups) == 1:
            required.extend(groups[0].clauses)
        elif groups:
            alternatives.append(groups)
    return CompiledScope(tuple(required), tuple(alternatives))


def _groups(listed: Sequence[FilterGroup], source: Origin, path: str) -> tuple[CompiledGroup, ...]:
    found: list[CompiledGroup] = []
    for place, group in enumerate(listed):
        if not group.clauses:
            raise refused("schema-unreadable", f"{path}[{place}].clauses", "a group needs at least one clause")
        clauses = tuple(
            _clause(clause, source, f"{path}[{place}].clauses[{at}]") for at, clause in enumerate(group.clauses)
        )
        found.append(CompiledGroup(group.name or " and ".join(c.name for c in clauses), clauses))
    return tuple(found)


def _clause(clause: Clause, source: Origin, path: str) -> CompiledClause:
    if clause.expression:
        return _expression_clause(clause, source, path)
    if spelt(clause.operator_name) in MEMBERSHIP:
        return membership_clause(clause, path)
    if clause.nested:
        raise refused("schema-unreadable", f"{path}.nested", "only ISMEMBEROF looks into groups")
    attribute = source.attribute(clause.source_operand_name, f"{path}.sourceOperandName")
    written = " ".join((attribute.name, clause.operator_name, ", ".join(clause.target_operand.values))).strip()
    name = clause.name or written
    met = _operator_check(clause, attribute, path)
    answer = ScopeAnswer(False, f"{clause.name} ({written})" if clause.name else written)
    spares = attribute.name if met({}) else None
    return CompiledClause(name, met, frozenset((attribute.name,)), answer, spares=spares)


def _expression_clause(clause: Clause, source: Origin, path: str) -> CompiledClause:
    if clause.source_operand_name or clause.operator_name:
        raise refused("schema-unreadable", path, "a clause has either an operator or an expression, not both")
    where = f"{path}.expression"
    expression = source.expression(clause.expression, where, _TRUTH)
    if expression.changing or expression.unique:
        reason = f"{changing(expression)}: who is in scope must not depend on that"
        raise refused("schema-expression", where, reason, value=clause.expression)
    evaluate = expression.evaluate
    if not expression.reads:
        _refuse_never(evaluate, clause.expression, where)

    def met(attributes: Mapping[str, Any]) -> bool:
        answer = evaluate(attributes)
        return answer if answer is True or answer is False else as_truth(answer, "scope", "expression")

    answer = ScopeAnswer(False, f"{clause.name} ({clause.expression})" if clause.name else clause.expression)
    times = times_compared(expression.tree)
    spares = _spared(met, expression.reads)
    return CompiledClause(clause.name or clause.expression, met, expression.reads, answer, times, spares=spares)


def _spared(met: Check, reads: frozenset[str]) -> str | None:
    """The only attribute that a condition asks about, where whoever does not have it meets the condition.

    Without any attribute there is no present time either, so an answer found here does not depend on it.
    """
    try:
        return next(iter(reads)) if len(reads) == 1 and met({}) else None
    except ExpressionFailed:
        return None


def _refuse_never(evaluate: Check, text: str, path: str) -> None:
    """An expression that asks nothing of the object is always True, or it is a mistake."""
    try:
        truth = as_truth(evaluate({}), "scope", "expression")
    except ExpressionFailed as error:
        raise refused(
            "schema-expression", path, f"{error.function} always fails: {error.reason}", value=text
        ) from error
    if not truth:
        raise refused("schema-selects-nothing", path, f"“{text}” is never True")


_TRUTH = AttributeDefinition("scope", "Boolean")
"""What an expression of a clause is for."""


def _operator_check(clause: Clause, attribute: AttributeDefinition, path: str) -> Check:
    operator = operator_named(clause.operator_name)
    if operator is None:
        reason = f"no operator “{clause.operator_name}”: expected one of {', '.join((*OPERATORS, *sorted(MEMBERSHIP)))}"
        raise refused("schema-unreadable", f"{path}.operatorName", reason)
    values = clause.target_operand.values
    if len(values) < operator.fewest or (operator.most is not None and len(values) > operator.most):
        wanted_values = (
            "no value" if operator.most == 0 else "one value" if operator.most == 1 else "at least one value"
        )
        reason = f"{clause.operator_name} takes {wanted_values}, not {len(values)}"
        raise refused("schema-unreadable", f"{path}.targetOperand.values", reason)
    try:
        test = operator.test(values, _same if attribute.case_exact else str.casefold)
    except Unreadable as error:
        reason = f"at character {error.at + 1}: {error}"
        raise refused("schema-unreadable", f"{path}.targetOperand.values", reason, value=", ".join(values)) from error
    except ValueError as error:
        reason = f"{clause.operator_name} needs a whole number, decimal or hexadecimal (&HFF)"
        raise refused("schema-unreadable", f"{path}.targetOperand.values", reason, value=values[0]) from error
    return _met(attribute.name, test, operator.negated)


def _same(text: str) -> str:
    return text


def _met(name: str, test: Test, negated: bool) -> Check:
    def met(attributes: Mapping[str, Any]) -> bool:
        value = attributes.get(name)
        if value is None:
            return negated
        if type(value) is MANY:
            return any(map(test, value)) is not negated
        return test(value) is not negated

    return met
