"""Functions with a variable: each value of a list in turn, or the value of a part that occurs more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.expressions.dialect import CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, lazy
from ropeway.expressions.spreading import Closure, whole
from ropeway.expressions.values import MANY, as_truth, checked_items


def variable_key(name: str) -> str:
    """Where the value of a variable is among the attributes; no attribute's name has a bracket."""
    return f"[${name}"


_VARIABLE = Parameter("variable", "variable")


def _listed(values: Any, function: str) -> list[Any]:
    if values is None:
        return []
    found = values if type(values) is MANY else [values]
    checked_items(len(found), function, "values")
    return found


@function(
    "Select", _VARIABLE, lazy("values"), lazy("function", single=True), builds=True, dialects=CONNECT, result="many"
)
def select(variable: str, values: Closure, each: Closure) -> Closure:
    """What a function makes of each value of a list. NULLs among the results fall out.

    `Select($item, [otherPhone], Replace($item, "-", ""))` gives all phone numbers without hyphens.
    """
    key = variable_key(variable)

    def run(attributes: Mapping[str, Any]) -> Any:
        inner = dict(attributes)
        found: list[Any] = []
        for value in _listed(values(attributes), "Select"):
            inner[key] = value
            result = each(inner)
            if type(result) is MANY:
                raise ExpressionFailed("Select", "function", len(result), "several values where one is needed")
            found.append(result)
        return found or None

    return run


@function(
    "Where",
    _VARIABLE,
    lazy("values", branch=True),
    lazy("condition", single=True, wants="truth"),
    builds=True,
    dialects=CONNECT,
    result="branches",
)
def where(variable: str, values: Closure, condition: Closure) -> Closure:
    """Those values of a list for which a condition is True; NULL if there is none.

    `Where($item, [userCertificate], CertNotAfter($item) > Now())` gives the certificates that have not expired.
    """
    key = variable_key(variable)

    def run(attributes: Mapping[str, Any]) -> Any:
        inner = dict(attributes)
        found: list[Any] = []
        for value in _listed(values(attributes), "Where"):
            inner[key] = value
            if as_truth(whole(condition(inner)), "Where", "condition"):
                found.append(value)
        return found or None

    return run


@function(
    "With",
    _VARIABLE,
    lazy("subexpression"),
    lazy("expression", branch=True),
    builds=True,
    dialects=CONNECT,
    result="branches",
)
def with_(variable: str, part: Closure, expression: Closure) -> Closure:
    """The value of an expression in which a variable stands for another one, which is evaluated once.

    `With($valid, Where($item, [userCertificate], CertNotAfter($item) > Now()), IIF(Count($valid) > 0, $valid, NULL))`.
    """
    key = variable_key(variable)

    def run(attributes: Mapping[str, Any]) -> Any:
        return expression({**attributes, key: whole(part(attributes))})

    return run


FUNCTIONS: tuple[Function, ...] = (select, where, with_)
