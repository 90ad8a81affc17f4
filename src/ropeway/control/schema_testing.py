"""Rules and expressions evaluated on entries, and compared with what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ropeway.control.schema_cases import Case, attributes_of, moment, read_cases, unreadable
from ropeway.control.schema_entries import Subject, subject
from ropeway.control.schema_expectations import compared, compared_value, readable
from ropeway.control.schema_test_views import SchemaTestView, TestedObject, TestedValue
from ropeway.expressions import (
    REDACTED,
    Dialect,
    Expression,
    ExpressionError,
    ExpressionFailed,
    compile_expression,
)
from ropeway.model.definition import DirectoryDefinition, ObjectDefinition
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.values import Attributes
from ropeway.model.watermark import Wanted
from ropeway.rules import PSEUDO_ATTRIBUTES, MappingFailed, Rules, TypeRule, compile_rules
from ropeway.rules.bases import MEMBER_OF, WITHIN, Base
from ropeway.rules.definitions import CATEGORY, FOREST, built_in, extended
from ropeway.rules.failure import failed
from ropeway.rules.refusals import nearest
from ropeway.rules.schema import Schema

ANCHOR = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def compiled(text: str, dialect: str) -> Expression:
    """An expression, `=` before it or not; RopewayError `expression-unreadable` points at what is wrong."""
    try:
        return compile_expression(text.strip().removeprefix("="), Dialect(dialect))
    except ExpressionError as error:
        near = shown(error.pointed(35).partition("\n")[0])
        details = {"reason": str(error), "dialect": dialect}
        raise RopewayError(Problem("expression-unreadable", value=near, details=details)) from error


@dataclass(frozen=True, slots=True)
class Testing:
    """A schema, and perhaps an expression, ready to be tried."""

    schema: Schema
    rules: Rules
    expression: Expression | None
    dialect: str

    def wanted(self, only: str | None) -> Wanted:
        """What has to be known of an object, of this type or of any."""
        types = self.rules.wanted().types
        if only is not None:
            types = {only: types.get(only, ())}
        reads = self.expression.reads if self.expression else frozenset[str]()
        if reads & FOREST:
            reads |= {CATEGORY}
        return Wanted({type_: tuple({*names, *reads}) for type_, names in types.items()})

    def of(self, one: Subject) -> TestedObject:
        """What comes of one object."""
        if one.problem is not None:
            return TestedObject(name=one.name, problem=one.problem)
        if self.expression is not None:
            self._refuse_unknown(self.expression, one)
            return _evaluated(self.expression, one)
        return _mapped(self._rule(one.type), one)

    def of_cases(self, text: str) -> Iterator[TestedObject]:
        """What comes of each case, and where that is not what it says."""
        for at, case in enumerate(read_cases(text)):
            place = f"$.cases[{at}]"
            definition = self._definition(case.type, place)
            name = case.name or f"case {at + 1}"
            attributes = attributes_of(case, definition, place)
            dn = str(case.entry.get("dn", ""))
            one = subject(name, case.type, dn, "", attributes | self._belonging(case), moment(case, place))
            expression = compiled(case.expression, self.dialect) if case.expression is not None else self.expression
            if expression is not None:
                self._refuse_unknown(expression, one)
                yield compared_value(_evaluated(expression, one), case)
            else:
                rule = self._rule(case.type)
                yield compared(_mapped(rule, one), case, rule, place)

    def _belonging(self, case: Case) -> Attributes:
        """What the engine would tell of groups and containers."""
        groups = {base.key for base in self.rules.groups if _is_named(base, case.groups)}
        below = {base.anchor for base in self.rules.containers if _is_named(base, case.containers)}
        return {MEMBER_OF: frozenset(groups), WITHIN: frozenset(below)}

    def _rule(self, type_: str) -> TypeRule:
        rule = self.rules.rule_for(type_)
        if rule is None:
            details = {"known": ", ".join(self.rules.by_type)}
            raise RopewayError(Problem("schema-test-no-type", value=type_, details=details))
        return rule

    def _refuse_unknown(self, expression: Expression, one: Subject) -> None:
        """An attribute that the type has not is a slip of the pen, not an attribute without a value."""
        if not one.type:
            return
        known = [*PSEUDO_ATTRIBUTES, *(a.name for a in self._definition(one.type, "the entry").attributes)]
        for name in sorted(expression.reads - one.attributes.keys() - set(known)):
            raise unreadable("the expression", f"{one.type} has no attribute “{name}”{nearest(name, known)}")

    def _definition(self, type_: str, place: str) -> ObjectDefinition:
        for rule in self.schema.synchronization_rules:
            found = _directory(self.schema, rule.source_directory_name).object(type_)
            if found is not None:
                return found
        raise unreadable(f"{place}.type", f"no source type “{type_}”")


def prepared(schema: Schema, expression: str | None, dialect: str | None) -> Testing:
    """Everything compiled; RopewayError for what is no schema or no expression."""
    used = dialect or schema.dialect
    made = compiled(expression, used) if expression is not None else None
    return Testing(schema, compile_rules(schema), made, used)


def view_of(about: str, objects: list[TestedObject]) -> SchemaTestView:
    """All results, counted."""
    bad = sum(1 for one in objects if (_without_result(one) if one.mismatches is None else one.mismatches))
    return SchemaTestView(subject=about, objects=tuple(objects), passed=len(objects) - bad, failed=bad)


def _is_named(base: Base, names: Sequence[str]) -> bool:
    return any(name.lower() in (base.name.lower(), base.anchor) for name in names)


def _without_result(one: TestedObject) -> bool:
    return one.problem is not None or (one.in_scope is True and any(v.problem is not None for v in one.values))


def _directory(schema: Schema, name: str) -> DirectoryDefinition:
    known = built_in(name)
    listed = next((d for d in schema.directories if d.name == name), None)
    if listed is not None:
        return extended(known, listed)
    return known or DirectoryDefinition("", name)


def _evaluated(expression: Expression, one: Subject) -> TestedObject:
    try:
        value = expression.evaluate(one.attributes)
    except ExpressionFailed as error:
        problem = failed("mapping-failed", error, "", one.attributes).problem
        return TestedObject(name=one.name, type=one.type, problem=problem)
    return TestedObject(name=one.name, type=one.type, value=REDACTED if expression.redacted else readable(value))


def _mapped(rule: TypeRule, one: Subject) -> TestedObject:
    try:
        scope = rule.in_scope(one.attributes)
        if scope.passed:
            rule = rule.applied(one.attributes)
    except MappingFailed as failure:
        return TestedObject(name=one.name, type=one.type, rule=rule.name, problem=failure.problem)
    return TestedObject(
        name=one.name,
        type=one.type,
        target_type=rule.target_type,
        rule=rule.name,
        in_scope=scope.passed,
        clause=scope.clause,
        values=tuple(_value(line) for line in rule.explain(one.attributes)) if scope.passed else (),
    )


def _value(line: Mapping[str, Any]) -> TestedValue:
    return TestedValue(
        attribute=line["target"],
        value=readable(line["value"]),
        flow=line["flow"],
        expression=line["expression"],
        sources={name: value for name, value in line["sources"].items() if value is not None},
        ignored=line["ignored"],
        problem=line["problem"],
    )
