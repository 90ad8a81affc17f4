"""GET /metrics: who may read it, and the text."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import ip_address
from itertools import chain

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from ropeway.service.operating.metrics.figures import Figures
from ropeway.service.operating.metrics.requests import REQUESTS_HERE
from ropeway.service.parts import Parts
from ropeway.service.who import administrator
from ropeway.store import tenants
from ropeway.store.tokens import Kind

KEPT = 1.0
"""Seconds for which an answer is given again: several scrapers, or somebody in a hurry, cost one look."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a proxy on this machine: what comes through it is not of this machine."""


class Access(StrEnum):
    """Who may read all metrics, which name tenants, jobs, domains and machines."""

    LOOPBACK = "loopback"
    """Processes of this machine without a token, others with one for it."""
    TOKEN = "token"  # noqa: S105 - a word, no token
    """Everybody with a token for it."""


def endpoint(parts: Parts, access: Access) -> Callable[[Request], Response]:
    """The endpoint; it reads the database, so it runs in a thread."""
    every, own = Kept(Everything(Figures(parts))), Kept(Figures(parts, own=True))

    def metrics(request: Request) -> Response:
        is_told_all = access is Access.LOOPBACK and is_local(request) and "authorization" not in request.headers
        kept = every if is_told_all or _may_see_all(parts, request) else own
        body, content_type = kept.answer(request.headers.get("accept", ""))
        return Response(body, media_type=content_type)

    return metrics


def _may_see_all(parts: Parts, request: Request) -> bool:
    """Whether a token opens the metrics of all tenants: one made for it, or an administrator's of the only tenant.

    RopewayError where it opens none.
    """
    kinds: tuple[Kind, ...] = ("administrator", "metrics", "metrics-of-all")
    if administrator(parts, request, kinds).row.kind == "metrics-of-all":
        return True
    with parts.database.read() as c:
        return len(tenants.every(c)) == 1


def is_local(request: Request) -> bool:
    """Whether a request comes from a process of this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Everything(Collector):
    """What the database says, then what this process counted."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """All families."""
        return chain(self._figures.collect(), REQUESTS_HERE.registry.collect())


class Kept:
    """The last answer in each form, and one look at a time."""

    def __init__(self, collector: Collector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[float, bytes]] = {}

    def answer(self, accept: str) -> tuple[bytes, str]:
        """The text in the form that is asked for, and its media type."""
        encode, content_type = choose_encoder(accept)
        with self._lock:
            made, body = self._answers.get(content_type, (-KEPT, b""))
            if time.monotonic() - made >= KEPT:
                body = encode(self._registry)
                self._answers[content_type] = (time.monotonic(), body)
        return body, content_type
