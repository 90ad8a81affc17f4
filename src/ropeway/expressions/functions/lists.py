"""Functions that look at all values of an attribute together."""

from __future__ import annotations

from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, number, text, whole
from ropeway.expressions.values import MANY, Compare, as_text, checked_length


def _values(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if type(value) is MANY else [value]


@function("Contains", whole("attribute"), text("search"), Parameter("case", "compare", required=False), takes_null=True)
def contains(attribute: Any, search: str | None, case: Compare | None = None) -> int:
    """The place of the first value that contains a text, 0 if none does.

    `Contains([proxyAddresses], "SMTP:")`. Upper and lower case differ unless the last argument is CaseInsensitive.
    """
    fold = case is not None and case.folds
    wanted = "" if search is None else search.lower() if fold else search
    for place, value in enumerate(_values(attribute), start=1):
        present = as_text(value, "Contains", "attribute")
        if wanted in (present.lower() if fold else present):
            return place
    return 0


@function("Count", whole("attribute"), takes_null=True)
def count(attribute: Any) -> int:
    """The number of values; 0 for an absent attribute."""
    return len(_values(attribute))


@function("Item", whole("attribute"), number("index"))
def item(attribute: Any, index: int) -> Any:
    """One of the values, counted from 1. A place where there is none is an error; NULL stays NULL.

    `Item([proxyAddresses], 1)`.
    """
    values = _values(attribute)
    if not 1 <= index <= len(values):
        raise ExpressionFailed("Item", "index", index, f"there are values 1 to {len(values)}")
    return values[index - 1]


@function("Join", text("separator"), whole("source", repeats=True), takes_null=True)
def join(separator: str | None, *sources: Any) -> str:
    """All values of all sources as one text, with the separator between them; NULL is left out.

    `Join(" ", [givenName], [sn])`.
    """
    between = separator or ""
    texts = [as_text(value, "Join", "source") for source in sources for value in _values(source)]
    checked_length(sum(map(len, texts)) + len(between) * len(texts), "Join", "source")
    return between.join(texts)


@function("RemoveDuplicates", whole("attribute"))
def remove_duplicates(attribute: Any) -> Any:
    """The values, each once, in their order. `RemoveDuplicates(Trim([proxyAddresses]))`."""
    return list(dict.fromkeys(attribute)) if type(attribute) is MANY else attribute


FUNCTIONS: tuple[Function, ...] = (contains, count, item, join, remove_duplicates)
