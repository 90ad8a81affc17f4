"""One function of the language, as a value: its name, parameters and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Literal

Kind = Literal["text", "number", "truth", "compare", "any", "whole", "lazy"]
"""How an argument arrives.

text, number, truth, compare: converted; a list is spread. any: as it is; a list is spread. whole: lists too, without
NULLs. lazy: a closure over the attributes, for functions that decide what is evaluated.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function."""

    name: str
    kind: Kind
    required: bool = True
    repeats: bool = False
    """Only the last: it takes all further arguments, at least one if required."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; its documentation page is made from `doc`."""

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[..., Any]
    doc: str
    takes_null: bool
    """Whether it wants to see NULL; otherwise a NULL among its arguments makes the result NULL."""

    @property
    def signature(self) -> str:
        """`Mid(source, start[, length])`."""
        names = ""
        for index, parameter in enumerate(self.parameters):
            written = (", " if index else "") + parameter.name + (", …" if parameter.repeats else "")
            names += written if parameter.required else f"[{written}]"
        return f"{self.name}({names})"

    def parameter(self, index: int) -> Parameter:
        """The parameter that the argument at a place belongs to."""
        return self.parameters[min(index, len(self.parameters) - 1)]

    def accepts(self, count: int) -> bool:
        """Whether so many arguments are right."""
        least = sum(1 for parameter in self.parameters if parameter.required)
        unbounded = bool(self.parameters) and self.parameters[-1].repeats
        return least <= count and (unbounded or count <= len(self.parameters))


def text(name: str, *, required: bool = True, repeats: bool = False) -> Parameter:
    """A parameter that wants one text."""
    return Parameter(name, "text", required, repeats)


def number(name: str, *, required: bool = True) -> Parameter:
    """A parameter that wants one whole number."""
    return Parameter(name, "number", required)


def whole(name: str, *, repeats: bool = False) -> Parameter:
    """A parameter that wants all values of an attribute."""
    return Parameter(name, "whole", repeats=repeats)


def function(name: str, *parameters: Parameter, takes_null: bool = False) -> Callable[[Callable[..., Any]], Function]:
    """Make a function of the language out of a Python function; its docstring is its documentation."""

    def made(call: Callable[..., Any]) -> Function:
        return Function(name, parameters, call, getdoc(call) or "", takes_null)

    return made
