"""Stored properties as SQL, which means the same on SQLite and PostgreSQL.

Texts without an index are compared without regard to case: letters beyond ASCII as they are written, all small, all
capital, or with capital first letters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from ropeway.directory import tables
from ropeway.service.graph.objects.kinds import Property
from ropeway.service.odata.literals import incompatible, seconds_of, text_of
from ropeway.service.odata.refusals import unreadable
from ropeway.service.odata.tree import Comparison, Function, Literal

Condition = ColumnElement[bool]
_o = tables.object_.c
_ASCII = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def json_text(name: str, sqlite: bool) -> ColumnElement[Any]:
    """A property as text; null where it is absent."""
    if name == "deletedDateTime":
        return _deleted(sqlite)
    if sqlite:
        return func.json_extract(_o.properties, f'$."{name}"')
    return cast(_o.properties, JSON).op("->>", return_type=Text())(name)


def _deleted(sqlite: bool) -> ColumnElement[Any]:
    """When an object came into the bin, which is no part of its properties, as it is told."""
    if sqlite:
        return func.strftime("%Y-%m-%dT%H:%M:%SZ", cast(_o.deleted, BigInteger), "unixepoch", type_=Text())
    when = func.timezone("UTC", func.to_timestamp(func.floor(_o.deleted)))
    return func.to_char(when, 'YYYY-MM-DD"T"HH24:MI:SS"Z"', type_=Text())


def lowered(text: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    """ASCII letters small: SQLite's lower knows no others, PostgreSQL's none in the collation C."""
    return func.lower(text) if sqlite else func.lower(text.collate("C"))


def forms(text: str) -> list[str]:
    """The ways in which a text may be written, ASCII letters small."""
    written = (text, text.lower(), text.upper(), text.title(), text.casefold())
    return list(dict.fromkeys(one.translate(_ASCII) for one in written))


def same(text: ColumnElement[Any], wanted: str, sqlite: bool) -> Condition:
    """Equality of texts."""
    found = lowered(text, sqlite).in_(forms(wanted))
    return func.coalesce(found, literal(False))


def begins(text: ColumnElement[Any], wanted: str, sqlite: bool) -> Condition:
    """Whether a text starts with another."""
    low = lowered(text, sqlite)
    found = or_(*(func.substr(low, 1, len(one)) == one for one in forms(wanted)))
    return func.coalesce(found, literal(False))


def ends(text: ColumnElement[Any], wanted: str, sqlite: bool) -> Condition:
    """Whether a text ends with another."""
    low = lowered(text, sqlite)
    parts = (
        and_(func.length(low) >= len(one), func.substr(low, func.length(low) - len(one) + 1) == one)
        for one in forms(wanted)
    )
    return func.coalesce(or_(*parts), literal(False))


CALLS: dict[Function, Callable[[ColumnElement[Any], str, bool], Condition]] = {
    "startswith": begins, "endswith": ends,
}  # fmt: skip


def compared(known: Property, how: Comparison, value: Literal, sqlite: bool) -> Condition:
    """A property beside a value that is written out; null is equal to null alone."""
    text = json_text(known.stored or known.name, sqlite)
    if how == "ne":
        return ~compared(known, "eq", value, sqlite)
    if value.kind == "null":
        return text.is_(None)
    match known.form:
        case "truth":
            return _truth(text, how, value, sqlite)
        case "time":
            return _time(text, how, value)
        case "number":
            return _number(text, how, value, sqlite)
        case "exact":
            return func.coalesce(text == _equal(how, value), literal(False))
        case _ if how == "eq":
            return same(text, text_of(value), sqlite)
        case _:
            wanted = text_of(value).translate(_ASCII)
            return func.coalesce(_ordered(lowered(text, sqlite), how, wanted), literal(False))


def _equal(how: Comparison, value: Literal) -> str:
    if how != "eq":
        raise unreadable("$filter", f"{how} is about times and numbers, at position {value.at}")
    return text_of(value)


def _truth(text: ColumnElement[Any], how: Comparison, value: Literal, sqlite: bool) -> Condition:
    if value.kind != "truth" or how != "eq":
        raise incompatible(value)
    is_true = value.text == "true"
    return func.coalesce(text == (int(is_true) if sqlite else value.text), literal(False))


def _number(text: ColumnElement[Any], how: Comparison, value: Literal, sqlite: bool) -> Condition:
    if value.kind != "number" or "." in value.text or len(value.text) > 18:
        raise incompatible(value)
    number = text if sqlite else cast(text, BigInteger)
    return func.coalesce(_ordered(number, how, int(value.text)), literal(False))


def _time(text: ColumnElement[Any], how: Comparison, value: Literal) -> Condition:
    """Times are stored in ISO 8601, in UTC: to the second they are ordered as texts are."""
    if value.kind != "time":
        raise incompatible(value)
    try:
        wanted = datetime.fromtimestamp(seconds_of(value.text), UTC).isoformat()[:19]
    except (ValueError, OverflowError, OSError):
        raise unreadable("$filter", f"There is no time {value.text} at position {value.at}") from None
    return func.coalesce(_ordered(func.substr(text, 1, 19), how, wanted), literal(False))


def _ordered(left: ColumnElement[Any], how: Comparison, right: Any) -> Condition:
    match how:
        case "gt":
            return left > right
        case "ge":
            return left >= right
        case "lt":
            return left < right
        case "le":
            return left <= right
        case _:
            return left == right


Element = Callable[[str], ColumnElement[Any]]
"""A step within an element of a list to its SQL; '' is the element itself."""


def any_element(name: str, passes: Callable[[Element], Condition] | None, sqlite: bool) -> Condition:
    """Whether an element of a stored list passes; None: whether there is one."""
    if sqlite:
        each: Any = func.json_each(_o.properties, f'$."{name}"').table_valued("value", "type")
    else:
        listed = func.coalesce(
            cast(_o.properties, JSON).op("->", return_type=JSON())(name), cast(literal("[]", Text), JSON)
        )
        each = func.json_array_elements(listed).table_valued("value")

    def element(step: str) -> ColumnElement[Any]:
        value: Any = each.c.value
        if sqlite:
            return case((each.c.type == "object", func.json_extract(value, f'$."{step}"'))) if step else value
        return (
            value.op("->>", return_type=Text())(step)
            if step
            else value.op("#>>", return_type=Text())(cast(literal([], ARRAY(Text)), ARRAY(Text)))
        )

    query = select(literal(1)).select_from(each)
    return exists(query if passes is None else query.where(passes(element)))
