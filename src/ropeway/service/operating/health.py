"""/healthz: this process answers. /readyz: the installation works. For load balancers, systemd, and people in a hurry.

Neither asks for a token, tells more than which check failed, or looks at the database more than once a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

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

GOOD = "ok"
UNKNOWN = "unknown"
"""Not looked at, since a check before failed."""


def routes(parts: Parts) -> list[BaseRoute]:
    """Both."""
    ready = Ready(parts)

    async def healthz(_request: Request) -> Response:
        return json_answer({"status": GOOD})

    def readyz(_request: Request) -> Response:
        checks = ready.checks()
        good = all(said == GOOD for said in checks.values())
        return json_answer({"status": GOOD if good else "not ready", "checks": checks}, 200 if good else 503)

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]


class Ready:
    """What was found a moment ago, or now."""

    def __init__(self, parts: Parts, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, str] = {}
        self._looked = clock() - KEPT

    def checks(self) -> dict[str, str]:
        """`ok`, or what is wrong, of each check: database, tables, worker."""
        with self._lock:
            if self._clock() - self._looked >= KEPT:
                self._found, self._looked = self._look(), self._clock()
            return self._found

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
