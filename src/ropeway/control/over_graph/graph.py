"""A tenant's Graph: paths, bodies, pages, revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

import msgspec

from ropeway.control.calls import GRAPH
from ropeway.control.connection import Connection
from ropeway.control.wire.sending import Request
from ropeway.model.graph_ids import Ids
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown

T = TypeVar("T")

LARGEST_PAGE = 999


class Page(msgspec.Struct, Generic[T], rename={"next": "@odata.nextLink"}):
    """A part of a list."""

    value: list[T]
    next: str = ""


class _Organization(msgspec.Struct):
    id: str


def key(text: str) -> str:
    """A segment of a path that is a key, whatever is in it (OData 4.01 URL conventions 4.3.1)."""
    try:
        quoted = quote(literal(text), safe="'")
    except UnicodeEncodeError as error:
        raise RopewayError(Problem("text-unreadable", value=shown(text))) from error
    return f"({quoted})"


def literal(text: str) -> str:
    """A text within a filter."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


class Graph:
    """Microsoft Graph as a service of Ropeway has it, for one tenant."""

    def __init__(self, connection: Connection, tenant: str = "") -> None:
        self._connection, self._tenant = connection, tenant

    @cached_property
    def ids(self) -> Ids:
        """Ids that follow from the tenant's; its own is known from the sign-in, or looked up once."""
        if not self._tenant:
            found = self.ask("GET", f"{GRAPH}/organization", Page[_Organization], query=(("$select", "id"),))
            self._tenant = found.value[0].id
        return Ids(UUID(self._tenant))

    @property
    def synchronization(self) -> str:
        """Where the tenant's synchronization is."""
        return f"{GRAPH}/servicePrincipals/{self.ids.service_principal}/synchronization"

    def ask(
        self,
        verb: str,
        path: str,
        kind: Any,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer as this type; RopewayError where it is a refusal, or another answer."""
        asked = self.request(verb, path, query=query, body=body, headers=headers)
        with self._connection.asked(asked) as response:
            return self.decoded(response.read() or b"null", kind)

    def request(
        self,
        verb: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        """A request with this body as JSON."""
        sent = None if body is None else msgspec.json.encode(body)
        return Request(verb, path, tuple(query), dict(headers or {}), sent)

    def decoded(self, result: bytes | msgspec.Raw, kind: Any) -> Any:
        """An answer as this type; RopewayError for another one."""
        try:
            return msgspec.json.decode(result, type=prepared(kind))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self._connection.otherwise("200", shown(str(error))) from error

    def tell(self, verb: str, path: str, *, query: Sequence[tuple[str, str]] = (), body: object = None) -> None:
        """Have something done that answers nothing."""
        self.ask(verb, path, None, query=query, body=body)

    def every(
        self,
        path: str,
        kind: Any,
        *,
        query: Sequence[tuple[str, str]] = (),
        annotation: str = "",
        limit: int | None = None,
    ) -> list[Any]:
        """All items of a list, or so many of them, page after page."""
        size = LARGEST_PAGE if limit is None else min(limit, LARGEST_PAGE)
        headers = preferring(annotation, f"odata.maxpagesize={size}")
        found: list[Any] = []
        while path and (limit is None or len(found) < limit):
            page: Page[Any] = self.ask("GET", path, Page[kind], query=query, headers=headers)
            found += page.value
            further = urlsplit(page.next)
            path, query = further.path, parse_qsl(further.query, keep_blank_values=True)
        return found if limit is None else found[:limit]


def preferring(annotation: str, *more: str) -> dict[str, str]:
    """The header that asks for an annotation, with other preferences."""
    wanted = [f'odata.include-annotations="{annotation}"'] if annotation else []
    return {"Prefer": ", ".join([*more, *wanted])}
