"""What a call takes and answers, taken from Control's own signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from inspect import Parameter as Declared
from inspect import signature
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import NODEFAULT

from ropeway.control.calls import CALLS, Call
from ropeway.control.protocol import Control
from ropeway.model.prepared import prepared

STREAMED = frozenset({"progress", "each"})
"""Parameters that are called while a call lasts; over HTTP they are lines of its answer."""

Place = Literal["path", "query", "body", "header"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a call."""

    name: str
    """As Control has it; it travels without a trailing underscore."""
    type: Any
    default: Any
    """NODEFAULT: it must be given."""
    place: Place

    @property
    def wire(self) -> str:
        """Its name on the way."""
        return self.name.rstrip("_")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a call takes and answers."""

    call: Call
    parameters: tuple[Parameter, ...]
    result: Any
    every: Any
    """A type with a field for each parameter."""
    told: frozenset[str]
    """Which of `STREAMED` the method takes."""
    streams: bool
    """Parts of the answer come before its end: Control's `each`; over HTTP a member says whether they are wanted."""

    def at(self, *places: Place) -> dict[str, Parameter]:
        """Parameters in these places, by the name under which they travel."""
        return {p.wire: p for p in self.parameters if p.place in places}


@cache
def shape(method: str) -> Shape:
    """The shape of a method of Control."""
    call, of = CALLS[method], getattr(Control, method)
    hints = get_type_hints(of, include_extras=True)
    declared = [p for p in list(signature(of).parameters.values())[1:] if p.name not in STREAMED]
    parameters = [
        Parameter(p.name, hints[p.name], NODEFAULT if p.default is Declared.empty else p.default, _place(call, p.name))
        for p in declared
    ]
    told = STREAMED & signature(of).parameters.keys()
    if "each" in told:
        parameters.append(Parameter("each", bool, False, _place(call, "each")))
    fields = [(p.wire, p.type) if p.default is NODEFAULT else (p.wire, p.type, p.default) for p in parameters]
    every = msgspec.defstruct(f"{method}_arguments", fields, kw_only=True, forbid_unknown_fields=True)
    return Shape(call, tuple(parameters), hints["return"], every, told, "each" in told)


def _place(call: Call, name: str) -> Place:
    if "{" + name.rstrip("_") + "}" in call.path:
        return "path"
    if name == "revision":
        return "header"
    return "query" if call.verb in ("GET", "DELETE") else "body"


def packed(method: str, said: Mapping[str, Any]) -> bytes:
    """Arguments as an errand keeps them."""
    return msgspec.json.encode({p.wire: said[p.name] for p in shape(method).parameters if p.name in said})


def unpacked(method: str, body: bytes) -> dict[str, Any]:
    """The inverse of `packed`, with the defaults of what was not said."""
    made = shape(method)
    found = msgspec.json.decode(body, type=prepared(made.every))
    return {p.name: getattr(found, p.wire) for p in made.parameters}
