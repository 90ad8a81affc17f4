"""Function calls as closures: arguments converted, NULLs passed by, lists spread.

The common shapes have closures of their own: rules are evaluated for every object of a directory. One varying argument
and the rest written out (`BitAnd([userAccountControl], 2)`) calls the function at once where the value is of the right
type already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ropeway.expressions.functions import Function, Parameter
from ropeway.expressions.spreading import Closure, on_each, spread_one, whole
from ropeway.expressions.values import LARGEST, MANY, SMALLEST, as_number, as_text, as_time, as_truth, checked_items

Convert = Callable[[Any, str, str], Any]


@dataclass(frozen=True, slots=True)
class Fixed:
    """An argument that is the same for every object: written out and converted, or left out (None)."""

    value: Any


Argument = Closure | Fixed


def _as_it_is(value: Any, _function: str, _argument: str) -> Any:
    return value


_CONVERT: dict[str, Convert] = {"text": as_text, "number": as_number, "truth": as_truth, "time": as_time}
_READY: dict[str, type | None] = {"text": str}
"""The type of values that need no conversion at all."""


def converted(parameter: Parameter, value: Any, function: str) -> Any:
    """A value as its parameter wants it; `ExpressionFailed` for one that cannot be."""
    return _CONVERT.get(parameter.kind, _as_it_is)(value, function, parameter.name)


def called(function: Function, arguments: Sequence[Argument]) -> Closure:
    """The closure that calls a function on evaluated arguments."""
    if any(parameter.kind == "whole" for parameter in function.parameters):
        return _on_everything(function, arguments)
    if not arguments:
        call = function.call
        return lambda _: call()
    first, *others = arguments
    fixed = [other.value for other in others if isinstance(other, Fixed)]
    if isinstance(first, Fixed) or len(fixed) < len(others):
        return on_each(_on_values(function, arguments), [_closure(argument) for argument in arguments], function.name)
    return _on_each_of_first(function, first, fixed)


def _closure(argument: Argument) -> Closure:
    if not isinstance(argument, Fixed):
        return argument
    value = argument.value
    return lambda _: value


def _reader(function: Function, place: int, argument: Argument) -> tuple[Convert, str, bool]:
    """How an argument is converted, its name, and whether NULL is given to the function."""
    parameter = function.parameter(place)
    if isinstance(argument, Fixed):
        return _as_it_is, parameter.name, True
    return _CONVERT.get(parameter.kind, _as_it_is), parameter.name, function.takes_null


def _on_values(function: Function, arguments: Sequence[Argument]) -> Callable[..., Any]:
    """The function on single values, converted; NULL in, NULL out, unless it wants to see NULL."""
    readers = [_reader(function, place, argument) for place, argument in enumerate(arguments)]
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
    first, call = _closure(arguments[0]), function.call
    if len(arguments) > 1:
        one = _on_values(function, arguments)
        closures = [_closure(argument) for argument in arguments]
        return lambda attributes: one(*[whole(argument(attributes)) for argument in closures])
    takes_null = function.takes_null

    def run(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        if type(value) is MANY:
            value = whole(value)
        return call(value) if takes_null or value is not None else None

    return run


def _on_each_of_first(function: Function, first: Closure, rest: Sequence[Any]) -> Closure:
    parameter, name, takes_null, call = function.parameters[0], function.name, function.takes_null, function.call
    convert, ready = _CONVERT.get(parameter.kind, _as_it_is), _READY.get(parameter.kind)

    def one(value: Any) -> Any:
        if value is None:
            return call(None, *rest) if takes_null else None
        return call(value if type(value) is ready else convert(value, name, parameter.name), *rest)

    def run_alone(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        if type(value) is ready:
            return call(value)
        return spread_one(one, value, name) if type(value) is MANY else one(value)

    def run(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        if type(value) is ready:
            return call(value, *rest)
        return spread_one(one, value, name) if type(value) is MANY else one(value)

    def run_on_number(attributes: Mapping[str, Any]) -> Any:
        value: Any = first(attributes)
        if type(value) is MANY:
            return spread_one(one, value, name)
        return call(value, *rest) if type(value) is int and SMALLEST <= value <= LARGEST else one(value)

    def run_shortening(attributes: Mapping[str, Any]) -> Any:
        value = first(attributes)
        if type(value) is ready:
            return call(value, *rest)
        if type(value) is MANY:
            checked_items(len(value), name, parameter.name)
            return [call(each, *rest) if type(each) is ready else one(each) for each in value]
        return one(value)

    if parameter.kind == "number":
        return run_on_number
    if function.shortens:
        return run_shortening
    return run if rest else run_alone
