"""JSON bodies: bounded in size and depth, and of the shape that is expected. Messages are Graph's where it has one."""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.service.odata.refusals import body_invalid, words

JSON = "application/json"
LARGEST = 4_000_000
"""Bytes of a request, as Graph has it."""
DEEPEST = 64
MOST_VALUES = 400_000
"""Objects, lists, values in one body: 4 MB of commas is not a question."""

UTF8 = ("utf-8", "utf8", "us-ascii")
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)")
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"\s*+(:?)', re.DOTALL)
"""The strings of JSON that was read already; a colon after each that is a key."""

T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A JSON object whose keys are known; annotations are taken away before it is read."""


async def read_bytes(request: Request) -> bytes:
    """The body, as far as it is allowed to be large; 413 for a larger one, before it is read."""
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdecimal() and (len(said) > 12 or int(said) > LARGEST):
        raise too_large()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise too_large()
        parts.append(part)
    return b"".join(parts)


def too_large() -> HTTPException:
    """The refusal of a body that is larger than Graph takes."""
    return HTTPException(413, f"The request is larger than {LARGEST:,} bytes.")


def decoded(request: Request, raw: bytes, content: str = JSON) -> Any:
    """What a body of that type says, without annotations of OData; None for an empty one."""
    if not raw.strip():
        return None
    _check_headers(request, content)
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _unreadable(words(str(error))) from None
    if _keys(value) != _STRINGS.findall(raw).count(b":"):
        raise _unreadable("Multiple properties with the same name were detected in one object")
    return value


def _check_headers(request: Request, content: str) -> None:
    """RopewayError `content-unsupported` for another type, for JSON that is not UTF-8 (RFC 8259 8.1), and packed."""
    kind, _, more = request.headers.get("content-type", "").lower().partition(";")
    charset = _CHARSET.search(more)
    packed = request.headers.get("content-encoding", "identity").lower()
    for value, known in (
        (kind.strip(), (content,)),
        (charset[1] if charset else UTF8[0], UTF8),
        (packed, ("identity",)),
    ):
        if value not in known:
            raise RopewayError(Problem("content-unsupported", value=shown(value or "none")))


def _unreadable(reason: str) -> RopewayError:
    return RopewayError(Problem("body-unreadable", details={"reason": reason}))


def _keys(value: Any) -> int:
    """How many there are; RopewayError for a value that is too deep or too large."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    seen = keys = 0
    while waiting:
        present, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_VALUES:
            raise _unreadable(f"more than {DEEPEST} levels" if depth > DEEPEST else f"more than {MOST_VALUES:,} values")
        if isinstance(present, dict):
            keys += len(cast("dict[str, Any]", present))
            waiting += [(one, depth + 1) for one in cast("dict[str, Any]", present).values()]
        elif isinstance(present, list):
            waiting += [(one, depth + 1) for one in cast("list[Any]", present)]
    return keys


def shaped(value: Any, kind: type[T]) -> T:
    """The body as a structure; RopewayError `body-unreadable` for none at all, `body-invalid` with the place."""
    if value is None:
        raise RopewayError(Problem("body-unreadable", details={"reason": "Empty Payload. JSON content expected"}))
    try:
        return msgspec.convert(without_annotations(value), prepared(kind))
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `")
        raise body_invalid(place.rstrip("`").removeprefix("$.") or "the body", reason) from None


def without_annotations(value: Any) -> Any:
    """The same without `@odata.…` keys, which say nothing that is needed here; Ropeway's own stay."""
    if isinstance(value, dict):
        plain = cast("dict[str, Any]", value)
        return {key: without_annotations(one) for key, one in plain.items() if "@odata." not in key}
    if isinstance(value, list):
        return [without_annotations(one) for one in cast("list[Any]", value)]
    return value
