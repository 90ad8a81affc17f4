"""/healthz: this process answers. /readyz: the installation works. For load balancers, systemd, and people in a hurry.

Neither asks for a token, tells more than which check failed, or looks at the database more than once a second.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ropeway.service.http.errors import json_answer
from ropeway.service.operating.patience import hurried
from ropeway.service.parts import Parts
from ropeway.store import vitals
from ropeway.store.processes import HEARD_WITHIN
from ropeway.store.schema import HEAD, version_of
from ropeway.store.tenants import HOME
from ropeway.store.trouble import state_problem

KEPT = 1.0
"""Seconds for which a finding is told again."""

ANSWERS_WITHIN = 5.0
"""Seconds that a database has for the look."""

GOOD = "ok"
UNKNOWN = "unknown"
"""Not looked at, since a check before failed."""


def routes(parts: Parts) -> list[BaseRoute]:
    """Both."""
    ready = Ready(parts)

    async def healthz(_request: Request) -> Response:
        return json_answer({"status": GOOD})

    async def readyz(_request: Request) -> Response:
        checks = await ready.checks()
        good = all(said == GOOD for said in checks.values())
        return json_answer({"status": GOOD if good else "not ready", "checks": checks}, 200 if good else 503)

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]


class Ready:
    """What was found a moment ago, or now. For one event loop.

    It looks in a thread of its own, one at a time: those of requests may all wait for a database that hangs.
    """

    def __init__(
        self, parts: Parts, clock: Callable[[], float] = time.monotonic, patience: float = ANSWERS_WITHIN
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._patience = patience
        self._found: dict[str, str] = {}
        self._looked = clock() - KEPT
        self._looking: Future[dict[str, str]] | None = None

    async def checks(self) -> dict[str, str]:
        """`ok`, or what is wrong, of each check: database, tables, worker."""
        if self._looking is None and self._clock() - self._looked >= KEPT:
            self._looking = Future()
            threading.Thread(target=self._answer, args=(self._looking,), name="ready", daemon=True).start()
        looking = self._looking
        if looking is not None:
            await asyncio.wait([asyncio.wrap_future(looking)], timeout=self._patience)
            if not looking.done():
                return {"database": f"no answer within {self._patience:g} s", "tables": UNKNOWN, "worker": UNKNOWN}
            if looking is self._looking:
                self._looking = None
                self._found, self._looked = looking.result(), self._clock()
        return self._found

    def _answer(self, looking: Future[dict[str, str]]) -> None:
        try:
            looking.set_result(self._look())
        except BaseException as error:  # noqa: BLE001 - whoever asked is told
            looking.set_exception(error)

    def _look(self) -> dict[str, str]:
        found = {"database": GOOD, "tables": UNKNOWN, "worker": UNKNOWN}
        try:
            with hurried(self._parts.database) as c:
                version = version_of(c)
                found["tables"] = GOOD if version == HEAD else f"of version {version}, this program's is {HEAD}"
                if version == HEAD:
                    seen = [p.seen for p in vitals.processes(c, HOME) if p.what == "worker"]
                    found["worker"] = _heard(max(seen, default=None), self._parts.clock())
        except (SQLAlchemyError, OSError) as error:
            found["database"] = state_problem(error, "database-trouble").code
        return found


def _heard(last: float | None, now: float) -> str:
    if last is None:
        return "none is known"
    return GOOD if abs(now - last) < HEARD_WITHIN else f"not heard of for {now - last:,.0f} s"
