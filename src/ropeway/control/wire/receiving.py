"""A request as the arguments of a call, checked strictly by the types that Control gives them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from ropeway.control.wire.secrets import conceal
from ropeway.control.wire.shape import Shape, shape
from ropeway.control.wire.strict import refuse_strange
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came, taken apart."""

    path: Mapping[str, str]
    query: Sequence[tuple[str, str]] = ()
    if_match: str = ""
    body: bytes = b""


def arguments(method: str, came: Received) -> dict[str, Any]:
    """The arguments of a call, by Control's names; RopewayError `request-unfit` for whatever does not fit."""
    made = shape(method)
    texts: dict[str, Any] = {**came.path, **_of_query(made, came.query), **_of_header(made, came.if_match)}
    _refuse_strange(made, texts)
    loose = {name: _from_text(texts[name], p.type, name) for name, p in made.at("path", "query", "header").items()
             if name in texts}  # fmt: skip
    said = loose | _of_body(made, came.body)
    _refuse_strange(made, said)
    found = _strictly(made, said)
    return {p.name: getattr(found, p.wire) for p in made.parameters}


def unfit(reason: str) -> RopewayError:
    """What is wrong with a request, and where."""
    return RopewayError(Problem("request-unfit", details={"reason": reason}))


def _of_header(made: Shape, if_match: str) -> dict[str, str]:
    if if_match in ("", "*"):
        return {}
    return dict.fromkeys(made.at("header"), if_match.removeprefix("W/").strip('"'))


def _of_query(made: Shape, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise unfit("A member of the query is there twice")
    known = made.at("query")
    if made.call.whole in known:
        return {made.call.whole: said}
    _refuse_others("query", said, known)
    return said


def _of_body(made: Shape, body: bytes) -> dict[str, Any]:
    known = made.at("body")
    try:
        said: Any = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unfit(f"The body is no JSON: {shown(str(error))}") from error
    if made.call.whole in known:
        return {made.call.whole: said}
    if not isinstance(said, dict):
        raise unfit("The body must be a JSON object")
    members = cast("dict[str, Any]", said)
    _refuse_others("body", members, known)
    return members


def _refuse_others(where: str, said: Mapping[str, Any], known: Collection[str]) -> None:
    strange = sorted(said.keys() - set(known))
    if strange:
        raise unfit(f"The {where} has a member that this call does not know: {shown(strange[0])}")


def _refuse_strange(made: Shape, said: Mapping[str, Any]) -> None:
    for p in made.parameters:
        where = "$" if p.wire == made.call.whole else f"$.{p.wire}"
        if p.wire in said and (reason := refuse_strange(said[p.wire], p.type, where)):
            raise unfit(reason)


def _from_text(value: Any, type_: Any, name: str) -> Any:
    """A value of path, query or header, where all is text."""
    try:
        return msgspec.convert(value, prepared(type_), strict=False)
    except msgspec.ValidationError as error:
        told = str(error)
        raise unfit(told if " - at `$" in told else f"{told} - at `$.{name}`") from error


def _strictly(made: Shape, said: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(said, prepared(made.every), dec_hook=conceal)
    except msgspec.ValidationError as error:
        root = f"$.{made.call.whole}" if made.call.whole else "$"
        raise unfit(str(error).replace(root, "$")) from error
