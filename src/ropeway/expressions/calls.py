"""Function calls as closures: arguments converted, NULLs passed by, lists spread.

The common shapes have closures of their own: rules are evaluated for every object of a directory. One varying argument
and the rest written out (`BitAnd([userAccountControl], 2)`) calls the function at once where the value is of the right
type already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ropeway.expressions.functions import Function, Parameter
from ropeway.expressions.spreading import Closure, on_each, spread, whole
from ropeway.expressions.tree import Literal
from ropeway.expressions.values import MANY, as_compare, as_encoding, as_number, as_text, as_time, as_truth

Convert = Callable[[Any, str, str], Any]

Argument = Closure | Literal | None
"""A closure, a literal that is converted once, or an argument that is left out."""


def _as_it_is(value: Any, _function: str, _argument: str) -> Any:
    return value


_CONVERT: dict[str, Convert] = {
    "text": as_text,
    "number": as_number,
    "truth": as_truth,
    "time": as_time,
    "compare": as_compare,
    "encoding": as_encoding,
    "any": _as_it_is,
    "whole": _as_it_is,
}

_READY: dict[str, type | None] = {"text": str, "number": int}
"""The type of values that need no conversion."""


def called(function: Function, arguments: Sequence[Argument]) -> Closure:
    """The closure that calls a function on evaluated arguments."""
    kinds = {parameter.kind for parameter in function.parameters}
    first, *others = arguments or [None]
    if "whole" in kinds:
        return _on_everything(function, arguments)
    if first is None or isinstance(first, Literal) or any(callable(other) for other in others):
        return on_each(_on_values(function, arguments), [_closure(argument) for argument in arguments], function.name)
    return _on_each_of_first(function, first, [other for other in others if not callable(other)])


def _closure(argument: Argument) -> Closure:
    if callable(argument):
        return argument
    value = None if argument is None else argument.value
    return lambda _: value


def _on_values(function: Function, arguments: Sequence[Argument]) -> Callable[..., Any]:
    """The function on single values, converted; NULL in, NULL out, unless it wants to see NULL."""
    readers = [
        (_CONVERT[parameter.kind], parameter.name, function.takes_null or argument is None)
        for parameter, argument in zip(map(function.parameter, range(len(arguments))), arguments, strict=True)
    ]
    call, name = function.call, function.name

    def run(*values: Any) -> Any:
        found: list[Any] = []
        for value, (convert, argument, takes_null) in zip(values, readers, strict=True):
            if value is not None:
                found.append(convert(value, name, argument))
            elif takes_null:
                found.append(None)
            else:
                return None
        return call(*found)

    return run


def _on_everything(function: Function, arguments: Sequence[Argument]) -> Closure:
    if len(arguments) > 1 or not function.takes_null:
        one = _on_values(function, arguments)
        closures = [_closure(argument) for argument in arguments]
        return lambda attributes: one(*[whole(argument(attributes)) for argument in closures])
    argument, call = _closure(arguments[0]), function.call

    def run(attributes: Mapping[str, Any]) -> Any:
        value = argument(attributes)
        return call(whole(value) if type(value) is MANY else value)

    return run


def _on_each_of_first(function: Function, first: Closure, others: Sequence[Literal | None]) -> Closure:
    parameter, name = function.parameters[0], function.name
    convert, takes_null, call = _CONVERT[parameter.kind], function.takes_null, function.call
    rest = [converted(function.parameter(place), other, name) for place, other in enumerate(others, start=1)]
    ready = _READY.get(parameter.kind)

    def one(value: Any) -> Any:
        if value is None:
            return call(None, *rest) if takes_null else None
        return call(value if type(value) is ready else convert(value, name, parameter.name), *rest)

    def run(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        if type(value) is ready:
            return call(value, *rest)
        return spread(one, (value,), name) if type(value) is MANY else one(value)

    return run


def converted(parameter: Parameter, argument: Literal | None, name: str) -> Any:
    """A literal as its parameter wants it, once and for all; `ExpressionFailed` for one that cannot be."""
    return None if argument is None else _CONVERT[parameter.kind](argument.value, name, parameter.name)
