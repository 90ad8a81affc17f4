"""Hands each request to the tenant that it means, before any route sees it. Whoever means none is answered by the first
tenant, and is nobody's: neither its log lines nor its audit trail know of them.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from ropeway.service.http.auditing import of_no_tenant
from ropeway.service.http.remembered import Remembered
from ropeway.service.http.strangers import Strangers
from ropeway.service.tenants import finding
from ropeway.service.tenants.finding import Named
from ropeway.service.tenants.hosting import Hosted, Hosting
from ropeway.store.database import Database
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import note


class Dispatch:
    """The application of all tenants."""

    def __init__(self, hosting: Hosting, database: Database, home: Hosted) -> None:
        self._hosting, self._db, self._home = hosting, database, home
        self._owners = Remembered[int]()
        """Numbers of tenants: a token stays with its tenant for as long as there is either."""
        self.strangers = Strangers(home.parts.clock())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._home.app(scope, receive, send)
            return
        hosted, receive = await self._found(scope, receive)
        if hosted is None:
            of_no_tenant(scope, self.strangers, several=self._hosting.has_several)
            await self._home.app(scope, receive, send)
            return
        note(tenant=hosted.row.name)
        tracing.describe(tenant=hosted.row.name)
        await hosted.app(scope, receive, send)

    async def _found(self, scope: Scope, receive: Receive) -> tuple[Hosted | None, Receive]:
        meant = finding.named(scope)
        if meant.token and (hosted := self._remembered(meant.token)) is not None:
            return hosted, receive
        if any(meant):
            return await run_in_threadpool(self._of_named, meant), receive
        if finding.brings(scope):
            brought, receive = await finding.peeked(scope, receive)
            return await run_in_threadpool(self._of, lambda: finding.number_of_brought(self._db, brought)), receive
        return self._home if finding.is_common(scope) else None, receive

    def _remembered(self, token: str) -> Hosted | None:
        number = self._owners.of(token)
        return self._hosting.ready(number) if number is not None else None

    def _of_named(self, meant: Named) -> Hosted | None:
        hosted = self._of(lambda: finding.number_of(self._db, meant), meant.id)
        if meant.token and hosted is not None:
            self._owners.remember(meant.token, hosted.row.number)
        return hosted

    def _of(self, find: Callable[[], int | None], id_: str = "") -> Hosted | None:
        """The tenant; routes say what there is to be said about a database that is away."""
        try:
            if id_:
                return self._hosting.with_id(id_)
            number = find()
            return self._hosting.of(number) if number is not None else None
        except SQLAlchemyError:
            return None
