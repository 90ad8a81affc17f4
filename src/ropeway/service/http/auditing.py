"""Every administrative act on record, before its answer leaves: who, what, to what, with which outcome.

An act is a request of an administrator that may change something: no GET, and nothing that its route calls a look
(`only_looked`). Routes name act, subject and details (`name_act`); the outcome is that of the answer. Of what a worker
does the worker tells, once it has an outcome (`service.acts`). Requests without a good token are counted and written
down in sum, so that nobody fills the database from outside: in the trail of the tenant that they name, or, where they
name none, in the service's log. A refused registration has a line of its own, for as long as they are few.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.service.http.strangers import Strangers
from ropeway.store import trail
from ropeway.store.database import Database
from ropeway.store.tokens import TokenRow
from ropeway.store.trail import Act
from ropeway.store.trouble import said as words_of

_log = logging.getLogger(__name__)

LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})

_KEY, _TRAIL, _STRANGERS, _NOBODYS = "ropeway.act", "ropeway.trail", "ropeway.strangers", "ropeway.nobodys"

LONGEST = 200
"""Characters of a subject that are kept."""


class Noted:
    """What is known of a request's act so far."""

    def __init__(self, scope: Scope) -> None:
        self.who = ""
        self.login = ""
        self.who_id = self.app = ""
        self.action = str(scope["method"]).lower()
        self.subject = str(scope["path"])[:LONGEST]
        self.details: Mapping[str, Any] = {}
        self.is_look = scope["method"] in LOOKS
        self.is_claimed = False
        """Whether `who` is nobody's but the caller's word."""


def name_act(
    request: HTTPConnection,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
    *,
    who: str = "",
    who_id: str = "",
) -> None:
    """Call an act as Control does, `pause_job` of `Contoso`; `who` for those who come without a token."""
    noted = request.scope.get(_KEY)
    if isinstance(noted, Noted):
        noted.action, noted.subject, noted.who, noted.is_look = action, subject[:LONGEST], who or noted.who, False
        noted.details, noted.who_id = details or noted.details, who_id or noted.who_id


def tell_act(request: HTTPConnection, subject: str, details: Mapping[str, Any]) -> None:
    """Say what an act that has its name is about, once that is known: what a path names may have several names."""
    noted = request.scope.get(_KEY)
    if isinstance(noted, Noted):
        noted.subject, noted.details = subject[:LONGEST], details or noted.details


def claim_act(request: HTTPConnection, action: str, subject: str, details: Mapping[str, Any], who: str) -> None:
    """Call an act of somebody who brings nothing but a claim: where it is refused too often, it is counted alone."""
    name_act(request, action, subject, details, who=who)
    noted = request.scope.get(_KEY)
    if isinstance(noted, Noted):
        noted.is_claimed = True


def name_caller(request: HTTPConnection, token: TokenRow, id_: str = "", app: str = "") -> None:
    """Whom the request was found to come from, with ids as `Act` has them; agents are not administrators."""
    noted = request.scope.get(_KEY)
    if isinstance(noted, Noted) and token.kind == "administrator":
        noted.who, noted.login, noted.who_id, noted.app = token.subject, token.id, id_, app


def only_looked(request: HTTPConnection) -> None:
    """This request changes nothing, although it is no GET."""
    noted = request.scope.get(_KEY)
    if isinstance(noted, Noted):
        noted.is_look = True


def note_within(outer: HTTPConnection, scope: Scope) -> Callable[[int], None]:
    """A request within a request is an act of its own; what is returned takes its status, and puts it on record."""
    told, audited = outer.scope.get(_KEY), outer.scope.get(_TRAIL)
    if not isinstance(told, Noted) or not isinstance(audited, Trail):
        return lambda _status: None
    scope[_KEY] = noted = Noted(scope)
    noted.who, noted.login, noted.who_id, noted.app = told.who, told.login, told.who_id, told.app

    def done(status: int) -> None:
        if (act := audited.of(scope, noted, status)) is not None:
            audited.add(act)

    return done


def of_no_tenant(scope: Scope, strangers: Strangers, *, several: bool) -> None:
    """This request names no tenant: if it is refused, it is counted here; no claim is one of several tenants' own."""
    scope[_STRANGERS], scope[_NOBODYS] = strangers, several


class Trail:
    """The audit trail of a service."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._database, self._tenant, self._clock = database, tenant, clock
        self._strangers = Strangers(clock())

    def add(self, act: Act) -> None:
        """Write it down; a database that is away is told to the log, which then is the only trail."""
        try:
            with self._database.write() as c:
                trail.note(c, self._tenant, act)
        except SQLAlchemyError as error:
            _log.error("Not in the audit trail, as it could not be written (%s): %s", words_of(error), trail.line(act))

    def sum_up(self, *, at_once: bool = False) -> None:
        """Write down how many strangers were refused, when it is time."""
        now = self._clock()
        if (details := self._strangers.sum_up(now, at_once=at_once)) is not None:
            self.add(Act(now, "", "requests_without_token", "", "not-signed-in", details))

    def of(self, scope: Scope, noted: Noted, status: int) -> Act | None:
        """The line about an answered request, or None where it is none."""
        if not noted.who or (noted.is_claimed and status >= 400 and not self._is_told_apart(scope)):
            if status == 401:
                strangers: Strangers = scope.get(_STRANGERS, self._strangers)
                strangers.add(scope["client"][0] if scope.get("client") else "")
            return None
        if noted.is_look and status not in (401, 403):
            return None
        outcome = "success" if status < 400 else scope.get("ropeway.problem") or f"status-{status}"
        details = {**noted.details, "login": noted.login, "address": scope["client"][0] if scope.get("client") else ""}
        request = scope.get("ropeway.request", "")
        told = (noted.who, noted.action, noted.subject, outcome, details, request, noted.who_id, noted.app)
        return Act(self._clock(), *told)

    def _is_told_apart(self, scope: Scope) -> bool:
        """Whether a refused claim has a line of its own here: not where it might be of another tenant, nor if many."""
        return not scope.get(_NOBODYS) and self._strangers.is_told_apart(self._clock())


class Auditing:
    """Writes the trail, around the routes."""

    def __init__(self, app: ASGIApp, trail: Trail) -> None:
        self._app, self._trail = app, trail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        noted = Noted(scope)
        scope[_KEY], scope[_TRAIL] = noted, self._trail

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                act = self._trail.of(scope, noted, message["status"])
                if act is not None:
                    await run_in_threadpool(self._trail.add, act)
            await send(message)

        await self._app(scope, receive, answer)
