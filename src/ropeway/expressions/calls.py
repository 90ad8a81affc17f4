"""Function calls as closures: arguments converted, NULLs passed by, lists spread.

The common shape, one varying argument and the rest written out (`BitAnd([userAccountControl], 2)`), has a closure of
its own: rules are evaluated for every object of a directory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ropeway.expressions.functions import Function
from ropeway.expressions.spreading import spread, whole
from ropeway.expressions.tree import Literal
from ropeway.expressions.values import MANY, as_compare, as_number, as_text, as_truth

Closure = Callable[[Mapping[str, Any]], Any]
Convert = Callable[[Any, str, str], Any]


def _as_it_is(value: Any, _function: str, _argument: str) -> Any:
    return value


_CONVERT: dict[str, Convert] = {
    "text": as_text,
    "number": as_number,
    "truth": as_truth,
    "compare": as_compare,
    "any": _as_it_is,
    "whole": _as_it_is,
    "lazy": _as_it_is,
}

_READY: dict[str, type | None] = {"text": str, "number": int, "truth": bool, "compare": None, "any": None}
"""The type of values that need no conversion."""


def called(function: Function, arguments: Sequence[Closure | Literal]) -> Closure:
    """The closure that calls a function on evaluated arguments."""
    kinds = {parameter.kind for parameter in function.parameters}
    if "lazy" in kinds:
        return _lazy(function, [_closure(argument) for argument in arguments])
    if "whole" in kinds:
        return _on_everything(function, [_closure(argument) for argument in arguments])
    first, *others = arguments
    if isinstance(first, Literal) or not all(isinstance(other, Literal) for other in others):
        return _on_each(function, [_closure(argument) for argument in arguments])
    return _on_each_of_first(function, first, [other for other in others if isinstance(other, Literal)])


def _closure(argument: Closure | Literal) -> Closure:
    if not isinstance(argument, Literal):
        return argument
    value = argument.value
    return lambda _: value


def _lazy(function: Function, arguments: Sequence[Closure]) -> Closure:
    call = function.call
    if len(arguments) == 3:
        first, second, third = arguments
        return lambda attributes: call(attributes, first, second, third)
    return lambda attributes: call(attributes, *arguments)


def _on_values(function: Function, count: int) -> Callable[..., Any]:
    """The function on single values, converted; NULL in, NULL out, unless it wants to see NULL."""
    readers = [
        (_CONVERT[parameter.kind], parameter.name) for parameter in map(function.parameter, range(count))
    ]  # fmt: skip
    call, name, takes_null = function.call, function.name, function.takes_null

    def run(*values: Any) -> Any:
        arguments: list[Any] = []
        for value, (convert, argument) in zip(values, readers, strict=True):
            if value is not None:
                arguments.append(convert(value, name, argument))
            elif takes_null:
                arguments.append(None)
            else:
                return None
        return call(*arguments)

    return run


def _on_each(function: Function, arguments: Sequence[Closure]) -> Closure:
    one, name = _on_values(function, len(arguments)), function.name

    def run(attributes: Mapping[str, Any]) -> Any:
        values = [argument(attributes) for argument in arguments]
        if any(type(value) is MANY for value in values):
            return spread(one, values, name)
        return one(*values)

    return run


def _on_everything(function: Function, arguments: Sequence[Closure]) -> Closure:
    one = _on_values(function, len(arguments))
    if len(arguments) > 1 or not function.takes_null:
        return lambda attributes: one(*[whole(argument(attributes)) for argument in arguments])
    argument, call = arguments[0], function.call

    def run(attributes: Mapping[str, Any]) -> Any:
        value = argument(attributes)
        return call(whole(value) if type(value) is MANY else value)

    return run


def _on_each_of_first(function: Function, first: Closure, others: Sequence[Literal]) -> Closure:
    parameter = function.parameters[0]
    convert, name, argument = _CONVERT[parameter.kind], function.name, parameter.name
    call, takes_null = function.call, function.takes_null
    rest = [
        _CONVERT[function.parameter(place).kind](literal.value, name, function.parameter(place).name)
        for place, literal in enumerate(others, start=1)
    ]

    ready = _READY[parameter.kind]

    def one(value: Any) -> Any:
        if value is None:
            return call(None, *rest) if takes_null else None
        return call(value if type(value) is ready else convert(value, name, argument), *rest)

    def run(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        return spread(one, (value,), name) if type(value) is MANY else one(value)

    return run
