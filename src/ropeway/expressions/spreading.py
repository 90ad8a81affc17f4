"""A function of single values, given attributes with many: it works on each value in turn.

`IIF(InStr([proxyAddresses], "SIP:") = 1, NULL, [proxyAddresses])` removes the SIP address: places are kept until the
end, where NULLs fall out. Two lists must be of one length, which two parts of the same attribute always are.
Source: concept-azure-ad-connect-sync-declarative-provisioning-expressions, "Multi-valued attributes".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.values import MANY, MAX_RESULT, checked_items

MAX_LIST = 4 * MAX_RESULT
"""The most characters of all texts of a list together."""

Closure = Callable[[Mapping[str, Any]], Any]
"""An object's attributes to a value."""


def spread(call: Callable[..., Any], values: Sequence[Any], function: str) -> list[Any]:
    """`call` for each place of the lists among `values`; single values take part in every place."""
    lengths = {len(value) for value in values if type(value) is MANY}
    if len(lengths) > 1:
        least, *_, most = sorted(lengths)
        raise ExpressionFailed(function, "values", most, f"lists of different length, {least} and {most}")
    count = lengths.pop()
    rows = zip(*[value if type(value) is MANY else repeat(value, count) for value in values], strict=True)
    return _bounded((call(*row) for row in rows), count, function)


def spread_one(call: Callable[[Any], Any], values: Sequence[Any], function: str) -> list[Any]:
    """`call` for each value of one list."""
    return _bounded(map(call, values), len(values), function)


def _bounded(results: Iterable[Any], count: int, function: str) -> list[Any]:
    """The results as a list, none of them a list, together not too long."""
    checked_items(count, function, "values")
    found: list[Any] = []
    characters = 0
    for result in results:
        if type(result) is str:
            characters += len(result)
            if characters > MAX_LIST:
                raise ExpressionFailed(function, "values", count, f"values longer than {MAX_LIST} characters together")
        elif type(result) is MANY:
            raise ExpressionFailed(function, "values", count, "a list of lists; work on its values with Select")
        found.append(result)
    return found


def on_each(call: Callable[..., Any], arguments: Sequence[Closure], function: str) -> Closure:
    """The closure that calls a function of single values, spread where an argument is a list."""

    def run(attributes: Mapping[str, Any]) -> Any:
        values = [argument(attributes) for argument in arguments]
        if MANY in map(type, values):
            return spread(call, values, function)
        return call(*values)

    return run


def whole(value: Any) -> Any:
    """A list without its NULLs, None if nothing is left; any other value as it is."""
    if type(value) is not MANY:
        return value
    return [one for one in value if one is not None] or None
