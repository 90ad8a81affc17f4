"""Functions that ask what there is: a value, a text, a number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ropeway.expressions.dialect import CONNECT, NOT_CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, whole
from ropeway.expressions.times import Moment
from ropeway.expressions.values import MANY, as_number, as_time

_ANY = Parameter("value", "any")


@function("Not", Parameter("source", "any"), takes_null=True, dialects=NOT_CONNECT, result="truth")
def not_(source: Any) -> bool:
    """False if the source is True or says "True"; True for anything else, NULL included."""
    return not (source is True or (isinstance(source, str) and source.lower() == "true"))


@function("IsNull", whole("value"), takes_null=True, result="truth")
def is_null(value: Any) -> bool:
    """Whether the attribute is absent. `IsNull([displayName])`."""
    return value is None


def is_empty(value: Any) -> bool:
    """Whether a value is absent, empty text, or a list of such."""
    if type(value) is str:
        return not value
    return value is None or value == b"" or (type(value) is MANY and all(map(is_empty, value)))


@function("IsNullOrEmpty", whole("value"), takes_null=True, result="truth")
def is_null_or_empty(value: Any) -> bool:
    """Whether the attribute is absent, or empty text. The inverse is IsPresent."""
    return is_empty(value)


@function("IsPresent", whole("value"), takes_null=True, result="truth")
def is_present(value: Any) -> bool:
    """Whether there is a value that is not empty text. The inverse is IsNullOrEmpty."""
    return value != "" if type(value) is str else not is_empty(value)


@function("IsEmpty", whole("value"), takes_null=True, dialects=CONNECT, result="truth")
def is_empty_text(value: Any) -> bool:
    """Whether the attribute is there, and empty text. `IsEmpty("")` is True; of NULL it is False."""
    return value is not None and is_empty(value)


@function("IsString", _ANY, takes_null=True, result="truth")
def is_string(value: Any) -> bool:
    """Whether CStr would succeed: for texts, numbers, truths and times; not for binary values, nor for NULL."""
    return isinstance(value, (str, int, Moment))


@function("IsNumeric", _ANY, takes_null=True, dialects=CONNECT, result="truth")
def is_numeric(value: Any) -> bool:
    """Whether CNum would succeed: for whole numbers, and texts that say one. `IsNumeric("12")` is True."""
    try:
        as_number(value, "IsNumeric", "value")
    except ExpressionFailed:
        return False
    return True


@function("IsDate", _ANY, takes_null=True, dialects=CONNECT, result="truth")
def is_date(value: Any) -> bool:
    """Whether CDate would succeed. `IsDate("2001-01-01")` is True."""
    try:
        as_time(value, "IsDate", "value")
    except ExpressionFailed:
        return False
    return True


@function("IsGuid", _ANY, takes_null=True, dialects=CONNECT, result="truth")
def is_guid(value: Any) -> bool:
    """Whether CGuid would succeed: for a GUID as text, in braces or without."""
    return guid_in(value) is not None


def guid_in(value: Any) -> UUID | None:
    """The GUID that a text spells with its hyphens, in braces or without, or None."""
    if not isinstance(value, str):
        return None
    bare = value[1:-1] if value.startswith("{") and value.endswith("}") else value
    parts = bare.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12] or set("".join(parts)) - set("0123456789abcdefABCDEF"):
        return None
    return UUID("".join(parts))


FUNCTIONS: tuple[Function, ...] = (
    not_, is_null, is_null_or_empty, is_present, is_empty_text, is_string, is_numeric, is_date, is_guid,
)  # fmt: skip
