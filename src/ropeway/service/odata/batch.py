"""`$batch`: up to twenty requests in one (graph-scim.md A8), each answered, put on record and refused by itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ropeway.model.permissions import reach
from ropeway.model.prepared import prepared
from ropeway.service.http.auditing import note_within
from ropeway.service.http.errors import error_answer
from ropeway.service.odata.answers import Answer
from ropeway.service.odata.bodies import LARGEST
from ropeway.service.odata.keys import plain
from ropeway.service.odata.negotiation import Form
from ropeway.service.odata.refusals import body_invalid
from ropeway.service.odata.resource import Asked, Verb, VerbRoute, at_once, resource
from ropeway.service.parts import Parts

MOST = 20
LONGEST_URL = 4096
VERSIONS = ("v1.0", "beta")
_PLAIN = re.compile(r"/?([a-zA-Z]+/[0-9A-Za-z-]+)(?:\?\$select=([A-Za-z,]+))?", re.ASCII)
"""The address of one thing, with nothing but a selection."""
_JSON = {"Content-Type": Form().content_type, "OData-Version": "4.0"}


class Inner(msgspec.Struct, frozen=True, rename="camel"):
    """One of the requests."""

    id: str
    method: str
    url: str
    headers: dict[str, str] = {}
    body: Any = None
    depends_on: list[str] = []


class Batch(msgspec.Struct, frozen=True):
    """The body of a batch; what else clients put into it is not looked at."""

    requests: list[Inner]


class Directory:
    """Routes, found by version, first segment and number of segments, instead of one after the other."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes: dict[tuple[str, str, int], list[VerbRoute]] = {}
        for route in routes:
            if isinstance(route, VerbRoute):
                self._routes.setdefault(_place(route.path), []).append(route)

    def find(self, path: str, method: str) -> tuple[VerbRoute | None, dict[str, Any], bool]:
        """The route of a path and method with what the path names, and whether there is such a path at all."""
        usual, known = plain(path), False
        version, first, count = _place(usual)
        versions = (version, "v1.0") if version == "beta" else (version,)
        for route in (one for name in versions for one in self._routes.get((name, first, count), ())):
            found = route.path_regex.match(usual)
            if found is None:
                continue
            known = True
            if method.lower() in route.verbs:
                return route, found.groupdict(), True
        return None, {}, known


def _place(path: str) -> tuple[str, str, int]:
    parts = path.lower().split("/")
    return parts[1], parts[2] if len(parts) > 2 else "", len(parts)


def routes(parts: Parts, others: Sequence[BaseRoute]) -> list[BaseRoute]:
    """`/v1.0/$batch` and `/beta/$batch` over these routes."""
    directory = Directory(others)

    def handler(asked: Asked) -> Answer:
        """POST /$batch: up to twenty requests in one, each checked and answered by itself."""
        requests = _checked(asked)
        order = list(_in_order(requests))
        answers = _together(directory, asked, order)
        for one in order:
            if one.id in answers:
                continue
            failed = any(answers[other]["status"] >= 400 for other in one.depends_on)
            answers[one.id] = copy_context().run(_one, directory, asked, one, failed=failed)  # as if alone
        return Answer("", {"responses": list(answers.values())}, is_selected=True, is_bare=True)

    return [resource(parts, f"/{version}/$batch", post=Verb(handler, body=True)) for version in VERSIONS]


def _checked(asked: Asked) -> Sequence[Inner]:
    try:
        requests = msgspec.convert(asked.body, prepared(Batch)).requests
    except msgspec.ValidationError as error:
        raise body_invalid("requests", str(error)) from None
    if len(requests) > MOST:
        raise body_invalid("requests", f"Number of batch request steps exceeds the maximum value of {MOST}")
    if len({one.id.lower() for one in requests}) < len(requests) or not all(one.id for one in requests):
        raise body_invalid("requests", "each id is a text of its own")
    return requests


def _in_order(requests: Sequence[Inner]) -> Iterator[Inner]:
    """Each after those that it depends on."""
    waiting = {one.id: one for one in requests}
    for one in requests:
        if not set(one.depends_on) <= waiting.keys():
            raise body_invalid(f"requests {one.id}", "it depends on an id that is none of these")
    order: list[Inner] = []
    while waiting:
        ready = [one for one in waiting.values() if not waiting.keys() & one.depends_on]
        if not ready:
            raise body_invalid("requests", "they depend on each other in a circle")
        order += ready
        for one in ready:
            del waiting[one.id]
    return iter(order)


def _together(directory: Directory, asked: Asked, requests: Sequence[Inner]) -> dict[str, dict[str, Any]]:
    """What is read of single things, all at once; requests that need more are left to be asked one by one."""
    found: dict[str, dict[str, Any]] = {}
    alike: dict[tuple[int, bool], list[tuple[Inner, Verb, str, str]]] = {}
    version = asked.request.url.path.split("/")[1]
    for one in requests:
        plainly = _PLAIN.fullmatch(one.url)
        if plainly is None or one.method != "GET" or one.headers or one.depends_on:
            continue
        route, keys, _ = directory.find(f"/{version}/{plainly[1]}", "GET")
        verb = route.verbs["get"] if route is not None else None
        if route is not None and verb is not None and verb.together is not None and _may_all(route, verb, asked):
            (key,) = keys.values()
            alike.setdefault((id(verb), bool(plainly[2])), []).append((one, verb, key, plainly[2] or ""))
    for several in alike.values():
        _, verb, _, select = several[0]
        read = verb.together
        assert read is not None
        if not _is_paid(verb, asked, select, len(several)):
            continue
        told = read(asked.parts, version, [(key, select) for _, _, key, select in several])
        for (one, *_), raw in zip(several, told, strict=True):
            if raw is not None:
                found[one.id] = {"id": one.id, "status": 200, "headers": _JSON, "body": msgspec.Raw(raw)}
    return found


def _is_paid(verb: Verb, asked: Asked, select: str, times: int) -> bool:
    """Whether the caller has the units for so many reads; where not, each is asked, and perhaps refused, by itself."""
    options = replace(asked.options, select=(select,) if select else ())
    try:
        if verb.charge is not None:
            verb.charge(replace(asked, options=options), times)
    except HTTPException:
        return False
    return True


def _may_all(route: VerbRoute, verb: Verb, asked: Asked) -> bool:
    """Whether everything may be read; who may less, or nothing, is told so one by one."""
    return asked.caller.power is None or reach(route.rules["get"], verb.access, asked.caller.power) == "all"


def _one(directory: Directory, asked: Asked, one: Inner, *, failed: bool) -> dict[str, Any]:
    method = one.method.upper()
    path, query = _target(asked, one.url)
    headers = [(name.lower().encode(), value.encode()) for name, value in one.headers.items()]
    outer = asked.request.scope
    scope = {**outer, "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    scope.pop("ropeway.problem", None)
    if failed:
        return _told(one, _refusal(scope, 424, "FailedDependency", "Failed Dependency: a request before it failed."))
    route, keys, known = directory.find(path, method)
    if route is None:
        words = "Specified HTTP method is not allowed for the request target."
        missing = f"Resource not found for the segment '{path.rpartition('/')[2][:64]}'."
        refused = (405, "Request_BadRequest", words) if known else (404, "Request_ResourceNotFound", missing)
        return _told(one, _refusal(scope, *refused))
    raw = _body(one)
    if raw is None:
        return _told(one, _refusal(scope, 400, "Request_BadRequest", "The body is neither JSON nor base64url."))
    scope["path_params"] = keys
    done = note_within(asked.request, scope)
    verb = route.verbs[method.lower()]
    response = at_once(asked.parts, route, verb, asked.caller, Request(scope), raw)
    done(response.status_code)
    return _told(one, response)


def _target(asked: Asked, url: str) -> tuple[str, str]:
    """Path and query of a request: relative to the version or, as the JavaScript client has it, to the service; or an
    address of this service."""
    version = asked.request.url.path.split("/")[1]
    own = (asked.parts.url, str(asked.request.base_url).rstrip("/"))
    base = next((one for one in own if one and url.startswith(f"{one}/")), "")
    if base:
        path, _, query = url[len(base) :].partition("?")
    else:
        path, _, query = url.partition("?")
        below = path.lstrip("/")
        path = f"/{below}" if below.partition("/")[0] in VERSIONS else f"/{version}/{below}"
    path = unquote(path.partition("#")[0])
    return (path if len(url) <= LONGEST_URL and path.isprintable() and ".." not in path.split("/") else "/"), query


def _body(one: Inner) -> bytes | None:
    if one.body is None:
        return b""
    if not isinstance(one.body, str):
        return msgspec.json.encode(one.body)
    try:
        return base64.urlsafe_b64decode(one.body + "=" * (-len(one.body) % 4))[:LARGEST]
    except (binascii.Error, ValueError):
        return None


def _refusal(scope: Mapping[str, Any], status: int, code: str, words: str) -> Response:
    return error_answer(Request(dict(scope)), status, code, words)


def _told(one: Inner, response: Response) -> dict[str, Any]:
    kind = response.headers.get("content-type", "")
    raw = bytes(response.body)
    told: dict[str, Any] = {"id": one.id, "status": response.status_code, "headers": _headers(response)}
    if raw:
        told["body"] = msgspec.Raw(raw) if kind.startswith("application/json") else raw.decode()
    return told


def _headers(response: Response) -> dict[str, str]:
    names = {"content-type": "Content-Type", "location": "Location", "retry-after": "Retry-After"}
    return {names.get(name, name): value for name, value in response.headers.items() if name != "content-length"}
