"""Routes made of verbs: who asks, what is asked, the answer in Graph's shape, and what was done on record.

A handler is a plain function that runs in a thread: it gets `Asked`, and gives an `Answer` or raises RopewayError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ropeway.control.running import trouble
from ropeway.model.permissions import Access, Reach, Rule, rule_of
from ropeway.model.problems import RopewayError
from ropeway.service.acts import short_details
from ropeway.service.http.auditing import name_act, only_looked, tell_act
from ropeway.service.http.errors import on_http_error, refusal
from ropeway.service.identity.callers import Caller
from ropeway.service.odata.answers import Answer, rendered
from ropeway.service.odata.basic import only_basic
from ropeway.service.odata.bodies import JSON, decoded, read_bytes, shaped
from ropeway.service.odata.keys import KeyRoute
from ropeway.service.odata.negotiation import Form, form_of
from ropeway.service.odata.options import USUAL, Option, Options, Sizes, options_of
from ropeway.service.parts import Parts
from ropeway.service.who import caller_of, permitted
from ropeway.store.tokens import TokenRow

T = TypeVar("T")
SDKS_ME = "me-token-to-replace"
"""How Microsoft's SDKs write `/me`, as one of /users; a client of theirs that is built by hand does not replace it."""
EXPAND: frozenset[Option] = frozenset({"$expand"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of somebody who may ask."""

    parts: Parts
    request: Request
    caller: Caller
    options: Options
    form: Form
    reach: Reach = "all"
    """How much of what the route does the caller may."""
    body: Any = None
    """Decoded JSON without a shape; None where there is none."""

    @property
    def who(self) -> TokenRow:
        """The caller, as a token is known."""
        return self.caller.row

    def key(self, name: str = "id") -> str:
        """A segment of the path that names something."""
        return self.request.path_params[name]

    def shaped(self, kind: type[T]) -> T:
        """The body as a structure."""
        return shaped(self.body, kind)

    def tell(self, subject: str, **details: Any) -> None:
        """Say for the audit trail what this is about: by its id, whatever the path calls it."""
        tell_act(self.request, subject, short_details(details))

    @property
    def revision(self) -> str | None:
        """If-Match: only if what is changed is still this; None: whatever it is."""
        said = self.request.headers.get("if-match", "").strip()
        return None if said in ("", "*") else said.removeprefix("W/").strip('"')

    @property
    def page_size(self) -> int:
        """How many items a page has: $top, else what the client prefers, else what is usual; never more than most."""
        usual, largest = self.options.sizes
        return min(self.options.top or self.form.page or usual, self.form.page or largest, largest)


Handler = Callable[[Asked], Answer]
Expand = Callable[[dict[str, Any]], Any]
"""An item to the related things that it is told with."""


Together = Callable[[Parts, str, Sequence[tuple[str, str]]], Sequence[bytes | None]]
"""Version, then key and selection of several things, to the JSON of each; None for what must be asked by itself."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One method of a resource."""

    handler: Handler
    options: frozenset[Option] = frozenset()
    body: bool = False
    """Whether there is one to read; without it none is looked at."""
    content: str = JSON
    """The type of the body."""
    act: str = ""
    """What the audit trail calls it; empty: reading, which is not on record."""
    expands: Mapping[str, Expand] = field(default_factory=dict[str, Expand])
    """Related things that $expand puts into each item, by name."""
    sizes: Sizes = USUAL
    """Of the pages of a list."""
    together: Together | None = None
    """Reads many at once, where a batch asks for them."""
    charge: Callable[[Asked, int], Mapping[str, str]] | None = None
    """Told before each request, or so many of them; gives headers about what it cost, or refuses it."""

    @property
    def access(self) -> Access:
        """What the table of permissions calls it."""
        return "write" if self.act else "read"


def resource(parts: Parts, path: str, **verbs: Verb) -> BaseRoute:
    """The route of a path, with its methods in small letters: `get=Verb(…)`."""

    async def endpoint(request: Request) -> Response:
        verb = verbs["get" if request.method == "HEAD" else request.method.lower()]
        try:
            if verb.body:
                admitted = await run_in_threadpool(_admitted, parts, route, verb, request)
                raw = await read_bytes(request)
                response = await run_in_threadpool(_answered, parts, verb, *admitted, request, raw)
            else:
                response = await run_in_threadpool(_without_body, parts, route, verb, request)
        except RopewayError as error:
            response = refusal(request, error.problem)
        except HTTPException as error:
            response = on_http_error(request, error)
        response.headers["OData-Version"] = "4.0"
        return response

    route = VerbRoute(path, endpoint, verbs)
    return route


class VerbRoute(KeyRoute):
    """A route that can also be asked from within another request, by `at_once`."""

    def __init__(self, path: str, endpoint: Callable[[Request], Any], verbs: dict[str, Verb]) -> None:
        super().__init__(path, endpoint, methods=[name.upper() for name in verbs])
        self.verbs = verbs
        self.rules: dict[str, Rule | None] = {name: rule_of(path, name.upper()) for name in verbs}
        self._below = path.split("/")[2] if path.count("/") > 1 else ""

    def admit(self, caller: Caller, verb: Verb, request: Request) -> Reach:
        """How much of a verb somebody may; RopewayError `not-allowed`. `/me` becomes the person's own id."""
        keys = request.path_params
        if self._below == "me" or (self._below == "users" and keys.get("id") == SDKS_ME):
            if not caller.person:
                raise HTTPException(400, "/me request is only valid with delegated authentication flow.")
            keys["id"] = caller.person
        method = "get" if request.method == "HEAD" else request.method.lower()
        own = self._below in ("me", "users") and str(keys.get("id", "")).lower() in caller.names
        return permitted(caller, self.rules[method], verb.access, own=own)


def at_once(parts: Parts, route: VerbRoute, verb: Verb, caller: Caller, request: Request, raw: bytes) -> Response:
    """The answer to a request within a request, of somebody who is known; its errors are answers, too."""
    try:
        _name(verb, request)
        response = _answered(parts, verb, caller, route.admit(caller, verb, request), request, raw)
    except RopewayError as error:
        response = refusal(request, error.problem)
    except HTTPException as error:
        response = on_http_error(request, error)
    response.headers["OData-Version"] = "4.0"
    return response


def _admitted(parts: Parts, route: VerbRoute, verb: Verb, request: Request) -> tuple[Caller, Reach]:
    with trouble():
        caller = caller_of(parts, request)
    _name(verb, request)
    return caller, route.admit(caller, verb, request)


def _without_body(parts: Parts, route: VerbRoute, verb: Verb, request: Request) -> Response:
    """The whole of a request without a body, in one turn of a thread."""
    return _answered(parts, verb, *_admitted(parts, route, verb, request), request, b"")


def _answered(parts: Parts, verb: Verb, caller: Caller, reach: Reach, request: Request, raw: bytes) -> Response:
    offered: frozenset[Option] = verb.options | EXPAND if verb.expands else verb.options
    with trouble():
        form = form_of(request)
        options = options_of(request, offered, parts.tenant, verb.sizes)
        if reach == "basic":
            options = only_basic(options)
        asked = Asked(parts, request, caller, options, form, reach, decoded(request, raw, verb.content))
        charged: Mapping[str, str] = verb.charge(asked, 1) if verb.charge else {}
        answer = verb.handler(asked)
        if answer.about:
            _name(verb, request, answer.about, answer.details)
        if verb.expands:
            answer = answer.expanded(asked.options.expand, verb.expands)
        response = rendered(parts.url, request, asked.options, form, answer)
        response.headers.update(charged)
        return response


def _name(verb: Verb, request: Request, about: str = "", details: Mapping[str, str] | None = None) -> None:
    """What the audit trail calls it, and what it is about: the last thing that the path names, if nothing else."""
    keys = request.path_params
    if verb.act:
        name_act(request, verb.act, about or next((keys[name] for name in reversed(keys)), ""), details)
    else:
        only_looked(request)
