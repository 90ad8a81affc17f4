"""Functions that decide. Only what is needed for the answer is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ropeway.expressions.functions.function import Function, Parameter, function, whole
from ropeway.expressions.spreading import spread
from ropeway.expressions.values import MANY, as_truth

Lazy = Callable[[Any], Any]


def _chosen(condition: Any, if_true: Any, if_false: Any) -> Any:
    return if_true if as_truth(condition, "IIF", "condition") else if_false


@function("IIF", Parameter("condition", "lazy"), Parameter("ifTrue", "lazy"), Parameter("ifFalse", "lazy"))
def iif(attributes: Any, condition: Lazy, if_true: Lazy, if_false: Lazy) -> Any:
    """One of two values, by a condition.

    `IIF([employeeType] = "Intern", "t-" & [alias], [alias])`. A condition about every value of an attribute chooses for
    every value: `IIF(InStr([proxyAddresses], "SIP:") = 1, NULL, [proxyAddresses])` removes the SIP address. A NULL
    condition counts as False.
    """
    decided = condition(attributes)
    if decided is True:
        return if_true(attributes)
    if decided is False:
        return if_false(attributes)
    if type(decided) is MANY:
        return spread(_chosen, (decided, if_true(attributes), if_false(attributes)), "IIF")
    return if_true(attributes) if as_truth(decided, "IIF", "condition") else if_false(attributes)


@function("Coalesce", Parameter("source", "lazy", repeats=True))
def coalesce(attributes: Any, *sources: Lazy) -> Any:
    """The first value that is not NULL; NULL if there is none.

    `Coalesce([mail], [userPrincipalName])`.
    """
    for source in sources:
        value = source(attributes)
        if value is not None:
            return value
    return None


@function("Not", Parameter("source", "any"), takes_null=True)
def not_(source: Any) -> bool:
    """False if the source is True or says "True"; True for anything else, NULL included."""
    return not (source is True or (isinstance(source, str) and source.lower() == "true"))


@function("IsNull", whole("value"), takes_null=True)
def is_null(value: Any) -> bool:
    """Whether the attribute is absent. `IsNull([displayName])`."""
    return value is None


def _is_empty(value: Any) -> bool:
    if type(value) is str:
        return not value
    return value is None or value == b"" or (type(value) is MANY and all(map(_is_empty, value)))


@function("IsNullOrEmpty", whole("value"), takes_null=True)
def is_null_or_empty(value: Any) -> bool:
    """Whether the attribute is absent, or empty text. The inverse is IsPresent."""
    return _is_empty(value)


@function("IsPresent", whole("value"), takes_null=True)
def is_present(value: Any) -> bool:
    """Whether there is a value that is not empty text. The inverse is IsNullOrEmpty."""
    return not _is_empty(value)


FUNCTIONS: tuple[Function, ...] = (iif, coalesce, not_, is_null, is_null_or_empty, is_present)
