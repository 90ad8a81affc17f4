"""A call of Control as a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any
from urllib.parse import quote

import msgspec

from ropeway.control.protocol import Control
from ropeway.control.wire.secrets import reveal
from ropeway.control.wire.shape import Place, Shape, shape
from ropeway.model.problems import Problem, RopewayError, shown


@dataclass(frozen=True, slots=True)
class Request:
    """A call on its way: everything but the address of the service."""

    verb: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes | None


def request(method: str, args: Sequence[Any], named: Mapping[str, Any]) -> Request:
    """The request that a call becomes; TypeError for arguments that the method does not have."""
    made = shape(method)
    bound = signature(getattr(Control, method)).bind(None, *args, **named).arguments
    if made.streams:
        bound["each"] = bound.get("each") is not None
    said = {p.wire: bound[p.name] for p in made.parameters if p.name in bound and bound[p.name] != p.default}
    try:
        return _request(made, said)
    except UnicodeEncodeError as error:
        raise RopewayError(Problem("text-unreadable", value=shown(error.object))) from error


def _request(made: Shape, said: dict[str, Any]) -> Request:
    def at(place: Place) -> dict[str, Any]:
        return {name: said[name] for name in made.at(place) if name in said}

    def whole(place: Place) -> Any:
        return at(place).get(made.call.whole, at(place))

    path = made.call.path.format(**{name: _segment(str(value)) for name, value in at("path").items()})
    body = msgspec.json.encode(whole("body"), enc_hook=reveal) if made.at("body") else None
    headers = {"If-Match": f'"{said["revision"]}"'} if at("header") else {}
    return Request(
        made.call.verb, f"{made.call.base}/{path}", _flat(msgspec.to_builtins(whole("query"))), headers, body
    )


def _segment(text: str) -> str:
    """A value in a path: dots alone would be taken for steps in it (RFC 3986, 5.2.4)."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def _flat(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    return tuple((name, text(value)) for name, value in said.items() if value is not None)
