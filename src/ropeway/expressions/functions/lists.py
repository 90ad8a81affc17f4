"""Functions that look at all values of an attribute together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ropeway.expressions.dialect import CLOUD, CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, number, text, whole
from ropeway.expressions.letters import lowered
from ropeway.expressions.tree import Literal, Node
from ropeway.expressions.values import MANY, Compare, as_text, checked_length


def _values(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if type(value) is MANY else [value]


@function(
    "Contains",
    whole("attribute", wants="text"),
    text("search"),
    Parameter("case", "compare", required=False),
    takes_null=True,
    dialects=CONNECT,
    result="number",
)
def contains(attribute: Any, search: str | None, case: Compare | None = None) -> int:
    """The place of the first value that contains a text, 0 if none does.

    `Contains([proxyAddresses], "SMTP:")`. Upper and lower case differ unless the last argument is CaseInsensitive.
    """
    fold = case is not None and case.folds
    wanted = "" if search is None else lowered(search) if fold else search
    for place, value in enumerate(_values(attribute), start=1):
        present = as_text(value, "Contains", "attribute")
        if wanted in (lowered(present) if fold else present):
            return place
    return 0


@function("Count", whole("attribute"), takes_null=True, result="number")
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


@function("ItemOrNull", whole("attribute"), number("index"), dialects=CONNECT)
def item_or_null(attribute: Any, index: int) -> Any:
    """One of the values, counted from 1; NULL where there is none.

    `ItemOrNull([proxyAddresses], Contains([proxyAddresses], "SMTP:"))` is the primary address, or NULL.
    """
    values = _values(attribute)
    return values[index - 1] if 1 <= index <= len(values) else None


def _list_first(arguments: Sequence[Node]) -> tuple[int, str] | None:
    if isinstance(arguments[0], Literal):
        return (
            0,
            "Join: expected the values first and the delimiter last, as Connect has it; or choose the dialect cloud",
        )
    return None


def _joined(between: str, values: Sequence[Any]) -> str:
    texts = [as_text(value, "Join", "source") for value in values]
    checked_length(sum(map(len, texts)) + len(between) * len(texts), "Join", "source")
    return between.join(texts)


@function(
    "Join",
    whole("attribute", wants="text"),
    text("delimiter", required=False),
    takes_null=True,
    dialects=CONNECT,
    result="text",
    check=_list_first,
)
def join(attribute: Any, delimiter: str | None = " ") -> str | None:
    """All values as one text, with a delimiter between them: a space unless another is given. NULL stays NULL.

    `Join([proxyAddresses], ",")` can give "SMTP:john.doe@contoso.com,smtp:jd@contoso.com".
    """
    return None if attribute is None else _joined(delimiter or "", _values(attribute))


@function(
    "Join",
    text("separator"),
    whole("source", repeats=True, wants="text"),
    takes_null=True,
    dialects=CLOUD,
    result="text",
)
def join_sources(separator: str | None, *sources: Any) -> str:
    """All values of all sources as one text, with the separator between them; NULL and "" are left out.

    `Join(", ", "", [surname], [givenName])` gives "Doe, John".
    """
    return _joined(separator or "", [value for source in sources for value in _values(source) if value != ""])


@function("RemoveDuplicates", whole("attribute"), result="first")
def remove_duplicates(attribute: Any) -> Any:
    """The values, each once, in their order. `RemoveDuplicates(Trim([proxyAddresses]))`."""
    return list(dict.fromkeys(attribute)) if type(attribute) is MANY else attribute


FUNCTIONS: tuple[Function, ...] = (contains, count, item, item_or_null, join, join_sources, remove_duplicates)
