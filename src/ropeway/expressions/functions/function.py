"""One function of the language, as a value: its name, parameters, dialects and what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Literal

from ropeway.expressions.dialect import EVERY, Dialect
from ropeway.expressions.tree import Node

Kind = Literal[
    "text", "number", "truth", "time", "compare", "encoding", "any", "whole", "lazy", "literal", "variable"
]  # fmt: skip
"""How an argument arrives.

text, number, truth, time, compare, encoding: converted; a list is spread. any: as it is; a list is spread. whole: lists
too, without NULLs. The others are for builders, see `Function.builds`. lazy: a closure over the attributes. literal: a
text that is written out. variable: the name of `$item`.
"""

Result = Literal["text", "number", "truth", "time", "binary", "any", "texts", "many", "first", "branches"]
"""What a function answers: one type; a list of texts or of anything; whatever its first argument is; or one of its
arguments that are branches."""

Wanted = Literal["text", "number", "truth", "time", "binary"]

Check = Callable[[Sequence[Node]], tuple[int, str] | None]
"""Looks at the arguments as written: the place of one that can never be right and what was expected, or None."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function."""

    name: str
    kind: Kind
    required: bool = True
    repeats: bool = False
    """Only the last ones: they take all further arguments in turn, at least one if required."""
    branch: bool = False
    """Whether its value may be the function's answer, unchanged."""
    single: bool = False
    """Whether it can never be a list."""
    wants: Wanted | None = None
    """What it must be, where its kind does not say."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; its documentation page is made from `doc`."""

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[..., Any]
    """From values to a value; from closures to a closure, if it `builds`."""
    doc: str
    takes_null: bool
    """Whether it wants to see NULL; otherwise a NULL among its arguments makes the result NULL."""
    dialects: tuple[Dialect, ...] = EVERY
    result: Result = "any"
    builds: bool = False
    """Whether it is called once, when compiled, with closures, to make the closure that answers."""
    changes: bool = False
    """Whether it may answer differently for the same object: by the time or by chance."""
    check: Check | None = None
    shortens: bool = False
    """Whether its answer is never longer than its first argument, so that a list of answers needs no bound."""
    overloads: tuple[Function, ...] = ()
    """Where the number of arguments decides: the functions of which the first that accepts them is meant."""

    @property
    def signature(self) -> str:
        """`Mid(source, start[, length])`."""
        if self.overloads:
            return " or ".join(one.signature for one in self.overloads)
        names = ""
        for index, parameter in enumerate(self.parameters):
            last = parameter.repeats and index == len(self.parameters) - 1
            written = (", " if index else "") + parameter.name + (", …" if last else "")
            names += written if parameter.required else f"[{written}]"
        return f"{self.name}({names})"

    @property
    def least(self) -> int:
        """The fewest arguments."""
        return max((place for place, parameter in enumerate(self.parameters, 1) if parameter.required), default=0)

    def parameter(self, index: int) -> Parameter:
        """The parameter that the argument at a place belongs to."""
        if index < len(self.parameters):
            return self.parameters[index]
        turns = [parameter for parameter in self.parameters if parameter.repeats]
        return turns[(index - len(self.parameters)) % len(turns)]

    def accepts(self, count: int) -> bool:
        """Whether so many arguments are right."""
        if self.overloads:
            return any(one.accepts(count) for one in self.overloads)
        unbounded = bool(self.parameters) and self.parameters[-1].repeats
        return self.least <= count and (unbounded or count <= len(self.parameters))


def either(*overloads: Function) -> Function:
    """Connect's and Cloud Sync's function of one name, in the dialect that reads both."""
    first = overloads[0]
    return Function(first.name, (), first.call, first.doc, False, (Dialect.ROPEWAY,), first.result, overloads=overloads)


def text(name: str, *, required: bool = True) -> Parameter:
    """A parameter that wants one text."""
    return Parameter(name, "text", required)


def number(name: str, *, required: bool = True) -> Parameter:
    """A parameter that wants one whole number."""
    return Parameter(name, "number", required)


def time(name: str) -> Parameter:
    """A parameter that wants a point in time."""
    return Parameter(name, "time")


def whole(name: str, *, repeats: bool = False, wants: Wanted | None = None) -> Parameter:
    """A parameter that wants all values of an attribute."""
    return Parameter(name, "whole", repeats=repeats, wants=wants)


def lazy(
    name: str,
    *,
    required: bool = True,
    repeats: bool = False,
    branch: bool = False,
    single: bool = False,
    wants: Wanted | None = None,
) -> Parameter:
    """A parameter of a builder that is evaluated when it matters."""
    return Parameter(name, "lazy", required, repeats, branch, single, wants)


def literal(name: str, *, required: bool = True) -> Parameter:
    """A parameter of a builder that must be written out as a text."""
    return Parameter(name, "literal", required)


def function(
    name: str,
    *parameters: Parameter,
    takes_null: bool = False,
    dialects: tuple[Dialect, ...] = EVERY,
    result: Result = "any",
    builds: bool = False,
    changes: bool = False,
    check: Check | None = None,
    shortens: bool = False,
) -> Callable[[Callable[..., Any]], Function]:
    """Make a function of the language out of a Python function; its docstring is its documentation."""

    def made(call: Callable[..., Any]) -> Function:
        doc = getdoc(call) or ""
        return Function(name, parameters, call, doc, takes_null, dialects, result, builds, changes, check, shortens)

    return made
