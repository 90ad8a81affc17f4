"""Answers in Graph's shape: @odata.context, pages with their next link, 201 with its place, 204 with nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ropeway.service.odata.negotiation import Form
from ropeway.service.odata.options import Options, selected
from ropeway.service.odata.paging import Page
from ropeway.service.odata.refusals import no_property

Lazy = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler has to say: one object, a page of a list, or nothing."""

    context: str = ""
    """What follows `$metadata#`, without a selection."""
    value: dict[str, Any] | None = None
    page: Page | None = None
    is_entity: bool = True
    """Whether `value` is one of a collection, so that its context ends with `/$entity`."""
    status: int = 200
    location: str = ""
    """Of what was made, below the version's segment."""
    changed: Lazy | None = None
    """What a change made, told only where the client prefers that."""
    about: str = ""
    """For the audit trail, where the path does not name it."""
    details: Mapping[str, str] = field(default_factory=dict[str, str])
    """For the audit trail: what else it is about."""
    text: str | None = None
    """An answer that is plain text: a count."""
    is_bare: bool = False
    """Whether `value` is told without @odata.context."""
    is_selected: bool = False
    """Whether `value` has only what was asked for already."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def expanded(self, names: tuple[str, ...], known: Mapping[str, Callable[[dict[str, Any]], Any]]) -> Answer:
        """The same with related things in each item."""
        for name in names:
            if name not in known:
                raise no_property("$expand", name)

        def whole(item: dict[str, Any]) -> dict[str, Any]:
            return item | {name: known[name](item) for name in names}

        page = replace(self.page, items=[whole(item) for item in self.page.items]) if self.page else None
        return replace(self, page=page, value=whole(self.value) if self.value is not None else None)


def one(context: str, value: dict[str, Any], *, is_entity: bool = True) -> Answer:
    """A single object."""
    return Answer(context, value, is_entity=is_entity)


def many(context: str, page: Page) -> Answer:
    """A page of a list."""
    return Answer(context, page=page, is_entity=False)


def made(context: str, value: dict[str, Any], location: str) -> Answer:
    """201: what was created, and its place."""
    return Answer(context, value, status=201, location=location, about=str(value.get("id", "")))


def nothing() -> Answer:
    """204."""
    return Answer(status=204)


def changed(context: str, value: Lazy) -> Answer:
    """204; 200 with what it is now, where the client prefers that."""
    return Answer(context, status=204, changed=value)


def rendered(url: str, request: Request, options: Options, form: Form, answer: Answer) -> Response:
    """The answer as HTTP."""
    value, status = answer.value, answer.status
    headers: dict[str, str] = {}
    root = f"{url}/{request.url.path.split('/')[1]}"
    if answer.changed is not None and form.representation is not None:
        value, status = (answer.changed(), 200) if form.representation else (None, 204)
        headers = form.applied("return")
    headers |= answer.headers
    if answer.text is not None:
        return Response(answer.text, status, {"Content-Type": "text/plain", **headers})
    if answer.location:
        headers |= {"Location": f"{root}/{answer.location}"}
        if form.representation is False:
            headers |= {"OData-EntityId": headers["Location"], **form.applied("return")}
            value, status = None, 204
    if answer.page is not None:
        headers = form.applied("odata.maxpagesize") | headers
        return _json(_listed(root, request, options, form, answer), 200, form, headers)
    if value is None:
        return Response(status_code=status, headers=headers)
    told = _context(root, options, form, answer)
    told |= value if answer.is_selected else selected(value, options.select)
    return _json(told, status, form, headers)


def _json(value: object, status: int, form: Form, headers: Mapping[str, str]) -> Response:
    return Response(msgspec.json.encode(value), status, {"Content-Type": form.content_type, **headers})


def _context(root: str, options: Options, form: Form, answer: Answer) -> dict[str, Any]:
    if form.metadata == "none" or answer.is_bare:
        return {}
    chosen = f"({','.join(options.select)})" if options.select else ""
    entity = "/$entity" if answer.is_entity else ""
    return {"@odata.context": f"{root}/$metadata#{answer.context}{chosen}{entity}"}


def _listed(root: str, request: Request, options: Options, form: Form, answer: Answer) -> dict[str, Any]:
    page = answer.page
    assert page is not None
    told = _context(root, options, form, answer)
    if page.total is not None:
        told["@odata.count"] = page.total
    asked = [] if page.is_whole else request.query_params.multi_items()
    if page.after:
        told["@odata.nextLink"] = _next(root, request, asked, f"$skiptoken={page.after}")
    if page.delta:
        told["@odata.deltaLink"] = _next(root, request, asked, f"$deltatoken={page.delta}")
    if page.is_selected:
        return told | {"value": page.items}
    return told | {"value": [selected(item, options.select) for item in page.items]}


def _next(root: str, request: Request, asked: Sequence[tuple[str, str]], token: str) -> str:
    """The same question with the next token; of the path only what was asked, the place is the service's own."""
    kept = [(key, value) for key, value in asked if key.lower().lstrip("$") != "skiptoken"]
    query = "&".join(f"{quote(key, safe='$')}={quote(value, safe='')}" for key, value in kept)
    path = quote(request.url.path.split("/", 2)[2], safe="/()'=,.$-_~")
    return f"{root}/{path}?{query}{'&' if query else ''}{token}"
