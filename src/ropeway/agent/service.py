"""HTTPS to the service: certificates verified, proxies passed, answers bounded, errors as problems."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx2
import msgspec

from ropeway.agent import files
from ropeway.agent.failures import Failure, told, unreachable
from ropeway.agent.settings import Settings
from ropeway.agent.trace import log
from ropeway.model.prepared import prepared
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.model.wire.calls import MOST_BYTES
from ropeway.model.wire.sessions import PATH
from ropeway.telemetry import tracing

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds for an answer that is not held back."""
KEEP_OPEN = 60.0
"""Seconds for which a connection is kept for the next request: longer than a heartbeat takes to come."""


ELSEWHERE = frozenset({"agent-other-address", "agent-service-strange"})
"""Problems that tell of a wrong address, which another one may help."""
UNWELL = 500
"""HTTP status from which on the service itself is in trouble."""


class ProxyWay(NamedTuple):
    """A proxy, and how to be let through."""

    url: str
    user: str | None
    password: Secret[str] | None


class Service:
    """The service, from here. Several threads may use it at once.

    Where there are several addresses, whatever fails at one is tried at the next when it is tried again.
    """

    def __init__(self, settings: Settings) -> None:
        self._addresses = cycle((settings.service, *settings.services))
        self._lock = threading.Lock()
        self.address = next(self._addresses)
        self.trust = trust(settings.ca_file)
        self.proxy = proxy_way(settings)
        self._client = httpx2.Client(
            verify=self.trust,
            proxy=_client_proxy(self.proxy),
            timeout=PATIENCE,
            trust_env=False,
            limits=httpx2.Limits(max_connections=64, keepalive_expiry=KEEP_OPEN),
        )

    def post(self, path: str, body: object, kind: type[T], token: Secret[str] | None = None) -> T:
        """A question and its answer, both JSON."""
        raw = self.send("POST", path, msgspec.json.encode(body), token=token)
        try:
            return msgspec.json.decode(raw, type=prepared(kind))
        except msgspec.MsgspecError:
            raise told(200, b"", self.address) from None

    def send(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        token: Secret[str] | None = None,
        query: Mapping[str, str] | None = None,
        hold: float = 0.0,
    ) -> bytes:
        """The body of a good answer, which may be held back for `hold` seconds; RopewayError for any other."""
        headers = tracing.headers() | ({"Authorization": f"Bearer {token.reveal()}"} if token else {})
        limit, began = httpx2.Timeout(PATIENCE, read=PATIENCE + hold), time.monotonic()
        address = self.address
        try:
            with self._client.stream(
                method,
                f"{address}{PATH}{path}",
                content=content,
                headers=headers,
                params=dict(query or {}),
                timeout=limit,
            ) as answer:
                body = _bounded(answer)
        except Failure as error:
            raise self.failed(error, address) from None
        spent = 1000 * (time.monotonic() - began)
        sizes = (len(content), len(body))
        log.debug("%s %s: %d, %d bytes up, %d down, %.0f ms", method, path, answer.status_code, *sizes, spent)
        if not answer.is_success:
            raise self.told(answer.status_code, body, address)
        return body

    def failed(self, error: BaseException, address: str) -> RopewayError:
        """The problem behind an error of the way to an address, which is left."""
        self._leave(address)
        return unreachable(error, address, self.proxy.url if self.proxy else None)

    def told(self, status: int, body: bytes, address: str) -> RopewayError:
        """The problem that was answered at an address, which is left where another one may help."""
        error = told(status, body, address)
        if status >= UNWELL or error.problem.code in ELSEWHERE:
            self._leave(address)
        return error

    def _leave(self, address: str) -> None:
        with self._lock:
            if address == self.address:
                self.address = next(self._addresses)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Who is believed to be the service: the system's authorities, or those of a file."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise files.unreadable(Path(ca_file or ""), OSError(0, "it holds no certificate in PEM")) from None
    except OSError as error:
        raise files.unreadable(Path(ca_file or ""), error) from None


def proxy_way(settings: Settings) -> ProxyWay | None:
    """The proxy of the settings, its password read."""
    if settings.proxy is None:
        return None
    file = settings.proxy.password_file
    return ProxyWay(settings.proxy.url, settings.proxy.user, files.first_line(Path(file)) if file else None)


def _client_proxy(way: ProxyWay | None) -> httpx2.Proxy | None:
    if way is None:
        return None
    auth = (way.user or "", way.password.reveal()) if way.password else None
    return httpx2.Proxy(way.url, auth=auth)


def _bounded(answer: httpx2.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise httpx2.DecodingError("the answer is longer than any answer of a service")
    return bytes(body)
