"""Resource units (graph-scim.md A10): what requests cost, how many each caller has, what is said when none are left.

Each process counts for itself, by Graph's own figures.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from ropeway.directory import tables
from ropeway.model.permissions import Access
from ropeway.service.graph.api import Api
from ropeway.service.http.buckets import MOST_KEYS, Bucket
from ropeway.service.odata.resource import Asked, VerbRoute

SECONDS, WRITE_SECONDS = 10.0, 150.0
WRITES = 3000
"""A caller's writes in 150 seconds."""
SMALL, MEDIUM, LARGE = 3500, 5000, 8000
"""Units in 10 seconds: with fewer than 50 users, with up to 500, with more."""
COSTS: Mapping[str, int] = {
    "users": 2, "members": 3, "transitiveMembers": 5, "getByIds": 3, "checkMemberGroups": 4, "checkMemberObjects": 4,
    "getMemberGroups": 2, "getMemberObjects": 2, "memberOf": 2, "transitiveMemberOf": 2, "ownedObjects": 2,
    "applications": 2, "oauth2PermissionGrants": 2, "licenseDetails": 2, "subscribedSkus": 3, "domainNameReferences": 4,
}  # fmt: skip
"""By the last segment of a path that has a cost of its own; others are 1."""
TOLD_ABOVE = 0.8
"""Share of the units from which on it is told."""
COUNTED_EVERY = 60.0


@dataclass(slots=True)
class Throttle:
    """What every caller of this process has used."""

    api: Api
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _units: dict[str, Bucket] = field(default_factory=dict[str, Bucket])
    _writes: dict[str, Bucket] = field(default_factory=dict[str, Bucket])
    _size: tuple[float, int] = (-math.inf, 0)

    def on(self, routes: Sequence[BaseRoute]) -> Sequence[BaseRoute]:
        """These routes, each with what it costs."""
        for route in routes:
            if isinstance(route, VerbRoute):
                for method, verb in route.verbs.items():
                    route.verbs[method] = replace(verb, charge=partial(self.charge, route.path, verb.access))
        return routes

    def charge(self, path: str, access: Access, asked: Asked, times: int) -> Mapping[str, str]:
        """Headers about what a request costs; HTTP 429 with Retry-After where the caller must wait."""
        cost, now = times * cost_of(path, access, asked), self.clock()
        with self._lock:
            if len(self._units) > MOST_KEYS:
                self._units.clear()
                self._writes.clear()
            who = asked.who.subject  # a new token is no new caller
            units = self._units.setdefault(who, Bucket(0, SECONDS, at=now))
            units.most = self._limit(now)
            writes = self._writes.setdefault(who, Bucket(WRITES, WRITE_SECONDS, at=now))
            if access == "write" and (wait := writes.take(times, now)):
                raise refusal(self.api, asked, wait, "WriteLimitExceeded", "Tenant_Application/Write")
            if wait := units.take(cost, now):
                raise refusal(self.api, asked, wait, "ResourceUnitLimitExceeded", "Tenant_Application/ReadWrite")
            share = units.used / units.most
        told = {"x-ms-resource-unit": str(cost)}
        return told | ({"x-ms-throttle-limit-percentage": f"{share:.2f}"} if share > TOLD_ABOVE else {})

    def _limit(self, now: float) -> int:
        at, limit = self._size
        if now - at > COUNTED_EVERY:
            o, parts = tables.object_.c, self.api.parts
            query = select(o.number).where(o.tenant == parts.tenant, o.type == "user").limit(501)
            with parts.database.read() as c:
                users = len(c.execute(query).all())
            limit = SMALL if users < 50 else MEDIUM if users <= 500 else LARGE
            self._size = now, limit
        return limit


def refusal(api: Api, asked: Asked, wait: float, why: str, scope: str) -> HTTPException:
    """What is told to whoever must wait; where no application acts by itself, Ropeway's own is named."""
    app = asked.caller.app
    headers = {
        "Retry-After": str(math.ceil(wait)),
        "x-ms-throttle-scope": f"{scope}/{app.app_id if app else api.ids.application}/{api.ids.tenant}",
        "x-ms-throttle-information": why,
    }
    return HTTPException(429, "Too many requests: try again after the seconds in Retry-After.", headers)


def cost_of(path: str, access: Access, asked: Asked) -> int:
    """Units of a request, as Graph counts them: less with $select and few items, more with $expand; 1 of a write."""
    if access == "write":
        return 1
    named = [part for part in path.split("/") if part in COSTS]
    cost = COSTS[named[-1]] if named else 1
    options = asked.options
    few = options.top is not None and options.top < 20
    return max(1, cost - bool(options.select) + bool(options.expand) - few)
