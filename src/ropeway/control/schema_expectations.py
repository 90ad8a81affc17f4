"""Results of rules and expressions beside what a case expects of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from ropeway.control.schema_cases import Case, is_nothing, typed_value, unreadable
from ropeway.control.schema_test_views import Mismatch, TestedObject, TestedValue
from ropeway.expressions import Candidates, Special
from ropeway.model.definition import AttributeDefinition
from ropeway.model.problems import shown
from ropeway.rules import TypeRule
from ropeway.rules.refusals import nearest
from ropeway.rules.yaml_form import long_target, short_target


def compared_value(found: TestedObject, case: Case) -> TestedObject:
    """An expression's answer beside what the case expects of it."""
    if found.problem is not None:
        wrong = () if case.fails else (Mismatch(what="fails", expected=False, found=True),)
        return msgspec.structs.replace(found, mismatches=wrong)
    if case.fails:
        return msgspec.structs.replace(found, mismatches=(Mismatch(what="fails", expected=True, found=False),))
    if case.value is msgspec.UNSET:
        return found
    expected = None if is_nothing(case.value) else case.value
    same = expected == found.value or (expected is not None and _as_text(expected) == _as_text(found.value))
    wrong = () if same else (Mismatch(what="value", expected=expected, found=found.value),)
    return msgspec.structs.replace(found, mismatches=wrong)


def _as_text(value: Any) -> Any:
    """Values as a file writes them: `5`, `true`; so that a file need not say of what type a value is."""
    if isinstance(value, list):
        return [_as_text(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return str(value).lower() if isinstance(value, bool) else str(value)


def compared(found: TestedObject, case: Case, rule: TypeRule, place: str) -> TestedObject:
    """What rules made of an entry beside what the case expects."""
    wrong = list(_unexpected(found, case, rule, place))
    return msgspec.structs.replace(found, mismatches=tuple(wrong))


def _unexpected(found: TestedObject, case: Case, rule: TypeRule, place: str) -> Iterator[Mismatch]:
    failing = [value.attribute for value in found.values if value.problem is not None] if found.in_scope else []
    failing += ["scope"] if found.problem is not None else []
    if isinstance(case.fails, str) and case.fails not in failing:
        yield Mismatch(what="fails", expected=case.fails, found=failing or False)
    if isinstance(case.fails, bool) and case.fails != bool(failing):
        yield Mismatch(what="fails", expected=case.fails, found=failing or False)
    wanted = case.scope or ("in" if case.expect else None)
    if wanted is not None and found.problem is None and found.in_scope is not (wanted == "in"):
        yield Mismatch(what="scope", expected=wanted, found="in" if found.in_scope else f"out: {found.clause}")
    values = {value.attribute: value for value in found.values}
    for name, expected in case.expect.items():
        definition = _target(long_target(name), rule, f"{place}.expect")
        said = None if is_nothing(expected) else readable(typed_value(expected, definition, f"{place}.expect.{name}"))
        value = values.get(definition.name, TestedValue(attribute=name))
        if found.in_scope and value.problem is None and not _same(said, value.value):
            yield Mismatch(what=name, expected=said, found="not touched" if value.ignored else value.value)


def _target(name: str, rule: TypeRule, place: str) -> AttributeDefinition:
    found = next((flow.target for flow in rule.flows if flow.target.name == name), None)
    if found is None:
        known = [flow.target.name for flow in rule.flows]
        reason = f"the rules set no “{short_target(name)}” of a {rule.target_type}{nearest(name, known)}"
        raise unreadable(place, reason)
    return found


def _same(expected: Any, found: Any) -> bool:
    """Whether two values are the same; the order of several says nothing."""
    if isinstance(expected, list) and isinstance(found, list):
        return Counter(map(str, expected)) == Counter(map(str, found))  # pyright: ignore[reportUnknownArgumentType]
    return expected == found


def readable(value: Any) -> Any:
    """A value that JSON can hold: binary ones as a message shows them, times as text."""
    match value:
        case list():
            return [readable(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case None | bool() | int() | str():
            return value
        case Special():
            return value.value
        case Candidates(values):
            return {"first that is free": list(values)}
        case bytes():
            return shown(value)
        case _:
            return str(value)
