"""Written values compared with shown ones. Null is equal to null alone, and neither less nor greater than anything."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ropeway.service.odata.refusals import unreadable
from ropeway.service.odata.tree import Comparison, Function, Literal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPARE: dict[Comparison, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
TURNED: dict[Comparison, Comparison] = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
"""`1 lt x` is `x gt 1`."""


def seconds_of(text: str) -> float:
    """A time in ISO 8601 as seconds since 1970; one without a zone is UTC; ValueError where there is no such time."""
    when = datetime.fromisoformat(text)
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def microseconds(seconds: float) -> int:
    """A stored time as it is shown."""
    return round(seconds * 1_000_000)


def earliest(micros: int) -> float:
    """The first stored time that is shown as that microsecond: floats of today lie a quarter of one apart."""
    seconds = (micros - 0.5) / 1_000_000
    while microseconds(seconds) >= micros:
        seconds = math.nextafter(seconds, -math.inf)
    while microseconds(seconds) < micros:
        seconds = math.nextafter(seconds, math.inf)
    return seconds


def moment(literal: Literal) -> float:
    """A time literal as seconds since 1970."""
    try:
        return seconds_of(literal.text)
    except (ValueError, OverflowError):
        raise unreadable("$filter", f"There is no time {literal.text} at position {literal.at}") from None


def number(literal: Literal) -> float | int:
    """A number literal."""
    return float(literal.text) if "." in literal.text else int(literal.text)


Fold = Callable[[str], str]
"""The form in which texts are compared."""


def to_the_letter(text: str) -> str:
    """Texts as they are."""
    return text


def compared(shown: Any, how: Comparison, literal: Literal, fold: Fold = to_the_letter) -> bool:
    """Whether a shown value stands so to a written one; refused where the two are of kinds that never compare."""
    if literal.kind == "null" or shown is None:
        same = literal.kind == "null" and shown is None
        return same if how == "eq" else not same if how == "ne" else False
    left, right = _alike(shown, literal, fold)
    return _COMPARE[how](left, right)


def called(shown: Any, function: Function, literal: Literal, fold: Fold = to_the_letter) -> bool:
    """What a function of texts says of a shown value; false of null."""
    wanted = fold(text_of(literal))
    if shown is None:
        return False
    if not isinstance(shown, str):
        raise unreadable("$filter", f"{function} is about texts, at position {literal.at}")
    shown = fold(shown)
    match function:
        case "contains":
            return wanted in shown
        case "startswith":
            return shown.startswith(wanted)
        case "endswith":
            return shown.endswith(wanted)


def text_of(literal: Literal) -> str:
    """A literal that is a text, or a GUID, which is one too."""
    if literal.kind not in ("text", "guid"):
        raise unreadable("$filter", f"A text in quotation marks is expected at position {literal.at}")
    return literal.text


def _alike(shown: Any, literal: Literal, fold: Fold) -> tuple[Any, Any]:
    match literal.kind:
        case "truth" if isinstance(shown, bool):
            return shown, literal.text == "true"
        case "number" if isinstance(shown, int | float) and not isinstance(shown, bool):
            return shown, number(literal)
        case "time" if isinstance(shown, str):
            return _shown_time(shown, literal), moment(literal)
        case "guid" if isinstance(shown, str):
            return shown.lower(), literal.text.lower()
        case "text" if isinstance(shown, str):
            return fold(shown), fold(literal.text)
        case _:
            raise incompatible(literal)


def _shown_time(shown: str, literal: Literal) -> float:
    try:
        return seconds_of(shown)
    except ValueError:
        raise incompatible(literal) from None


def incompatible(literal: Literal) -> Exception:
    """The refusal of a comparison of two kinds that never are equal."""
    return unreadable(
        "$filter",
        f"A binary operator with incompatible types was detected: the property is not compared with a "
        f"{literal.kind}, at position {literal.at}",
    )
