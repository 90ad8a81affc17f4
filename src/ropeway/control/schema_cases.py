"""A file of cases: entries as an administrator would write them, and what the rules must make of them."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from ropeway.engine.work import filetime
from ropeway.model.definition import AttributeDefinition, ObjectDefinition
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.values import Attributes
from ropeway.rules import PSEUDO_ATTRIBUTES
from ropeway.rules.refusals import nearest
from ropeway.rules.written import read_json
from ropeway.rules.yaml_text import Plain, plain, read_yaml


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry and what is expected of it."""

    entry: dict[str, Any]
    name: str = ""
    type: str = "user"
    now: str | None = None
    """The time at which it is decided, ISO 8601."""
    expression: str | None = None
    """Evaluated instead of the rules."""
    groups: tuple[str, ...] = ()
    """Groups that rules ask about and that the entry is a member of, as the schema names them: by DN or GUID."""
    containers: tuple[str, ...] = ()
    """Containers that rules are about and that the entry is below."""
    scope: Literal["in", "out"] | None = None
    expect: dict[str, Any] = {}
    """Target attribute to value; nothing (null) means no value."""
    value: Any = msgspec.UNSET
    """Of the expression."""
    fails: bool | str = False
    """The mapping must fail, at this target attribute where it is named."""


class Cases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    cases: tuple[Case, ...]


def read_cases(text: str) -> tuple[Case, ...]:
    """The cases in a file, YAML or JSON. RopewayError `schema-test-unreadable` names the place."""
    try:
        raw = read_json(text) if text.lstrip()[:1] == "{" else _of_yaml(plain(read_yaml(text)))
        return msgspec.convert(raw, prepared(Cases)).cases
    except RopewayError as error:
        details = error.problem.details
        raise unreadable(details.get("path", "$"), details.get("reason", "")) from error
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        raise unreadable(path.rstrip("`") or "$", reason) from error


def attributes_of(case: Case, definition: ObjectDefinition, place: str) -> Attributes:
    """The entry's attributes with the types that the source gives them."""
    found: Attributes = {}
    for name, value in case.entry.items():
        if name == "dn":
            continue
        known = PSEUDO_ATTRIBUTES.get(name) or next((a for a in definition.attributes if a.name == name), None)
        if known is None:
            names = [*PSEUDO_ATTRIBUTES, *(a.name for a in definition.attributes)]
            raise unreadable(f"{place}.entry", f"{definition.name} has no attribute “{name}”{nearest(name, names)}")
        if not is_nothing(value):
            found[name] = typed_value(value, known, f"{place}.entry.{name}")
    return found


def moment(case: Case, place: str) -> int | None:
    """The case's time as FILETIME."""
    if case.now is None:
        return None
    try:
        when = datetime.fromisoformat(case.now)
    except ValueError as error:
        raise unreadable(f"{place}.now", f"“{shown(case.now)}” is no time: write 2026-01-31T08:00:00Z") from error
    return filetime((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def is_nothing(value: Any) -> bool:
    """Whether a file says that there is no value."""
    return value is None or (isinstance(value, Plain) and value.guessed() is None)


def typed_value(value: Any, known: AttributeDefinition, place: str) -> Any:
    """A value as a directory would deliver it that has the attribute so."""
    if known.multivalued:
        values: list[Any] = list(value) if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownArgumentType]
        return [_one(each, known, place) for each in values]
    if isinstance(value, list):
        raise unreadable(place, "several values where the source has one")
    return _one(value, known, place)


def unreadable(path: str, reason: str) -> RopewayError:
    """The refusal of a test."""
    return RopewayError(Problem("schema-test-unreadable", details={"path": path, "reason": reason}))


def _one(value: Any, known: AttributeDefinition, place: str) -> Any:
    match known.type, value:
        case "Integer", int() if not isinstance(value, bool):
            return value
        case "Integer", str() if value.strip().lstrip("-").isdecimal() and value.isascii():
            return int(value)
        case "Boolean", bool():
            return value
        case "Boolean", str() if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case "Binary", str():
            try:
                return b64decode(value, validate=True)
            except NotBase64 as error:
                raise unreadable(place, "a binary value is written as Base64") from error
        case (("String" | "DateTime" | "Reference"), (str() | int())):
            return str(value)
        case _:
            raise unreadable(place, f"“{shown(value)}” is no {known.type}")


VALUES = frozenset({"entry", "expect", "value"})
"""Keys of a case below which a plain scalar is what its attribute wants it to be."""


def _of_yaml(value: Any) -> Any:
    """YAML's plain scalars as numbers, truths and nothing, except where attributes say what they are."""
    if isinstance(value, Plain):
        return value.guessed()
    if isinstance(value, list):
        return [_of_yaml(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {name: part if name in VALUES else _of_yaml(part) for name, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value
