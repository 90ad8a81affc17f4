"""A filter as a condition of a query: each property that may be asked for is a field, which knows its column.

A field compares as it is shown, so that a filter in SQL and the same filter over the shown values find the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import Boolean, ColumnElement, and_, case, false, func, literal, not_, or_, true

from ropeway.service.odata.literals import (
    TURNED,
    called,
    compared,
    earliest,
    incompatible,
    microseconds,
    moment,
    text_of,
)
from ropeway.service.odata.refusals import no_property, unreadable, unsupported
from ropeway.service.odata.tree import (
    And,
    Call,
    Compare,
    Comparison,
    Function,
    In,
    Lambda,
    Literal,
    Node,
    Not,
    Or,
    Path,
)

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text, shown as it is."""

    column: ColumnElement[Any]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Sometimes:
    """A column of text, shown as it is where a condition holds, and empty elsewhere; an index of it is used."""

    column: ColumnElement[Any]
    shown: Condition


@dataclass(frozen=True, slots=True)
class Serial:
    """A column of whole numbers, shown as ids that tell nothing of them."""

    column: ColumnElement[Any]
    number: Callable[[str], int | None]
    """The number of an id; None for a text that is none."""


@dataclass(frozen=True, slots=True)
class Number:
    """A column of whole numbers, shown as numbers."""

    column: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """A column of seconds since 1970, shown as a time to the microsecond."""

    column: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of codes of which each is shown as a text or a truth; several may be shown as the same."""

    column: ColumnElement[Any]
    codes: Mapping[Any, Sequence[Any]]
    """What is shown to stored codes."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A property that is the same in every row."""

    value: Any


Field = Text | Sometimes | Serial | Number | Moment | Coded | Constant
Fields = Mapping[str, Field]
"""By path, in small letters."""


def condition(node: Node, fields: Fields) -> Condition:
    """The filter for a WHERE; RopewayError for properties that are not there, and for those that are not searched."""
    match node:
        case And(parts):
            return and_(*(condition(part, fields) for part in parts))
        case Or(parts):
            return or_(*(condition(part, fields) for part in parts))
        case Not(inner):
            return not_(condition(inner, fields))
        case Compare():
            return _comparison(node, fields)
        case In(path, values):
            return or_(*(_compare(_field(path, fields), "eq", one) for one in values))
        case Call(function, path, value):
            return _call(_field(path, fields), function, value)
        case Path():
            return _compare(_field(node, fields), "eq", Literal("truth", "true", node.at))
        case Lambda():
            return _any(node, fields)
        case _:
            assert_never(node)


def _any(node: Lambda, fields: Fields) -> Condition:
    """Whether the one element of a list passes: lists in a table have one, whose fields are named below it."""
    within, variable = f"{node.path.name}/".lower(), node.variable.lower()
    of_element = {f"{variable}/{name.removeprefix(within)}": f for name, f in fields.items() if name.startswith(within)}
    if not of_element or node.quantifier != "any":
        raise unsupported("$filter", f"There is no list to search at position {node.at}")
    return condition(node.inner, of_element) if node.inner is not None else true()


def _field(path: Path, fields: Fields) -> Field:
    found = fields.get(path.name.lower())
    if found is None:
        raise no_property("$filter", path.name)
    return found


def _comparison(node: Compare, fields: Fields) -> Condition:
    match node.left, node.right:
        case Path() as path, Literal() as value:
            return _compare(_field(path, fields), node.operator, value)
        case Literal() as value, Path() as path:
            return _compare(_field(path, fields), TURNED[node.operator], value)
        case _:
            raise unreadable("$filter", f"A property is compared with a value, at position {node.at}")


def _compare(field: Field, how: Comparison, value: Literal) -> Condition:
    match field:
        case Constant(shown):
            return _known(compared(shown, how, value))
        case Coded(column, codes):
            return _coded(column, codes, lambda shown: compared(shown, how, value))
        case Moment(column):
            return _known(how == "ne") if value.kind == "null" else _moment(column, how, value)
        case Serial():
            return _known(how == "ne") if value.kind == "null" else _serial(field, how, value)
        case Number(column):
            return _known(how == "ne") if value.kind == "null" else _number(column, how, value)
        case Text(column, nullable):
            return _text(column, how, value, nullable=nullable)
        case Sometimes(column, shown):
            if how != "eq" or value.kind == "null" or not text_of(value):
                return _text(_sometimes(field), how, value, nullable=False)
            return and_(shown, column == text_of(value))
        case _:
            assert_never(field)


def _sometimes(field: Sometimes) -> ColumnElement[Any]:
    return case((field.shown, field.column), else_="")


def _known(answer: bool) -> Condition:
    return true() if answer else false()


def _coded(column: ColumnElement[Any], codes: Mapping[Any, Sequence[Any]], passes: Callable[[Any], bool]) -> Condition:
    """By the codes of what passes as it is shown: few of them, so that an index finds the rows."""
    wanted = [code for shown, stored in codes.items() if passes(shown) for code in stored]
    return column.in_(wanted) if wanted else false()


def _moment(column: ColumnElement[Any], how: Comparison, value: Literal) -> Condition:
    if value.kind != "time":
        raise incompatible(value)
    shown = microseconds(moment(value))
    first, beyond = earliest(shown), earliest(shown + 1)
    match how:
        case "eq":
            return and_(column >= first, column < beyond)
        case "ne":
            return or_(column < first, column >= beyond)
        case "gt":
            return column >= beyond
        case "ge":
            return column >= first
        case "lt":
            return column < first
        case "le":
            return column < beyond


def _serial(field: Serial, how: Comparison, value: Literal) -> Condition:
    number = field.number(text_of(value))
    if how not in ("eq", "ne"):
        raise unsupported("$filter", f"{how} is not offered for ids, at position {value.at}")
    if number is None:
        return _known(how == "ne")
    return field.column == number if how == "eq" else field.column != number


def _number(column: ColumnElement[Any], how: Comparison, value: Literal) -> Condition:
    if value.kind != "number":
        raise incompatible(value)
    wanted = float(value.text)
    match how:
        case "eq":
            return column == wanted
        case "ne":
            return column != wanted
        case "gt":
            return column > wanted
        case "ge":
            return column >= wanted
        case "lt":
            return column < wanted
        case "le":
            return column <= wanted


def _text(column: ColumnElement[Any], how: Comparison, value: Literal, *, nullable: bool) -> Condition:
    if how not in ("eq", "ne"):
        raise unsupported("$filter", f"{how} is not offered for texts, at position {value.at}")
    if value.kind == "null":
        same: Condition = column.is_(None) if nullable else false()
    else:
        same = _known_where_null(column == text_of(value)) if nullable else column == text_of(value)
    return same if how == "eq" else not_(same)


def _known_where_null(found: Condition) -> Condition:
    """False instead of unknown, so that `not` makes it true."""
    return func.coalesce(found, literal(False), type_=Boolean())


def _call(field: Field, function: Function, value: Literal) -> Condition:
    match field:
        case Constant(shown):
            return _known(called(shown, function, value))
        case Coded(column, codes):
            return _coded(column, codes, lambda shown: called(shown, function, value))
        case Number():
            raise unsupported("$filter", f"{function} is not offered for numbers, at position {value.at}")
        case Moment():
            raise unsupported("$filter", f"{function} is not offered for times, at position {value.at}")
        case Serial():
            raise unsupported("$filter", f"{function} is not offered for ids, at position {value.at}")
        case Sometimes():
            return _search(_sometimes(field), function, text_of(value))
        case Text(column, nullable):
            found = _search(column, function, text_of(value))
            return _known_where_null(found) if nullable else found
        case _:
            assert_never(field)


def _search(column: ColumnElement[Any], function: Function, wanted: str) -> Condition:
    """By replace and substr, which tell small from capital letters on both databases; LIKE does so on one alone."""
    if not wanted:
        return true()
    match function:
        case "contains":
            return func.replace(column, wanted, "") != column
        case "startswith":
            return func.substr(column, 1, len(wanted)) == wanted
        case "endswith":
            start = func.length(column) - len(wanted) + 1
            return and_(func.length(column) >= len(wanted), func.substr(column, start) == wanted)
