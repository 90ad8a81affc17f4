"""Sources of the agent's domains: kept open between calls, one thread at a time for each."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from ropeway.agent import files
from ropeway.agent.settings import Settings, invalid
from ropeway.connectors.active_directory import ActiveDirectorySource
from ropeway.connectors.active_directory import settings as active_directory
from ropeway.connectors.active_directory.credentials import Ask, credential_of
from ropeway.engine.ports import Source
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

TRAVELLING = frozenset({"naming_context", "method", "object_security", "page_size"})
"""What a job may say of how to read; where to connect, and as whom, is said here alone."""


class Domains:
    """The domains that the agent has an account for."""

    def __init__(self, settings: Settings, credentials: str | None = None) -> None:
        self._given = settings.domains
        self._credentials = credentials
        self._idle: dict[tuple[str, bytes], list[Source]] = {}
        self._lock = threading.Lock()

    def check(self) -> None:
        """RopewayError for settings, modes or credentials that are not right; nothing is connected."""
        for domain in self._given:
            self.open(domain, {}).close()

    def open(self, domain: str, asked: Mapping[str, Any]) -> Source:
        """A source of its own, not connected yet; RopewayError `agent-domain-unset` for a domain of others."""
        settings, ask = self.connector(domain, asked)
        return ActiveDirectorySource(settings, credential_of(settings, ask))

    def connector(self, domain: str, asked: Mapping[str, Any]) -> tuple[active_directory.Settings, Ask | None]:
        """The connector's settings, and where the password comes from; RopewayError names the place in agent.yaml."""
        given = self._given.get(domain)
        if not given:
            raise RopewayError(Problem("agent-domain-unset", object=domain, details={"agent": _machine()}))
        settings = {"domain": domain, **given, **{k: v for k, v in asked.items() if k in TRAVELLING}}
        name = settings.pop("credential", None)
        try:
            if name is None:
                return active_directory.settings_from(settings), None
            return active_directory.settings_from(settings | {"prompt": True}), lambda _: self._credential(str(name))
        except RopewayError as error:
            raise _placed(error, domain) from None

    @contextmanager
    def lent(self, domain: str, asked: Mapping[str, Any]) -> Generator[Source]:
        """A source to use alone; one that failed is not used again, so that a changed password file is read."""
        key = (domain, msgspec.msgpack.encode(asked, order="deterministic"))
        with self._lock:
            idle = self._idle.setdefault(key, [])
            source = idle.pop() if idle else None
        source = source or self.open(domain, asked)
        try:
            yield source
        except BaseException:
            source.close()
            raise
        with self._lock:
            self._idle[key].append(source)

    def close(self) -> None:
        """Close what is idle; what is lent is closed by who has it."""
        with self._lock:
            idle, self._idle = [s for some in self._idle.values() for s in some], {}
        for source in idle:
            source.close()

    def _credential(self, name: str) -> Secret[str]:
        return files.credential(self._credentials, name)


def _placed(error: RopewayError, domain: str) -> RopewayError:
    """A complaint about the connector's settings, where agent.yaml has them."""
    problem = error.problem
    if problem.code != "source-settings-invalid":
        return error
    place = problem.object.replace("source.settings", f"domains.{domain}", 1)
    return invalid(place, problem.details.get("reason", ""))


def _machine() -> str:
    return socket.gethostname()
