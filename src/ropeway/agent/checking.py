"""Everything that an agent needs, looked at on its machine: before it is registered, and when something is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from cryptography import x509

from ropeway.agent import files, identity
from ropeway.agent.alone import running
from ropeway.agent.domains import Domains
from ropeway.agent.service import Service, proxy_way, trust
from ropeway.agent.sessions import Line
from ropeway.agent.settings import Settings, checked, read
from ropeway.diagnostics import network
from ropeway.diagnostics.checks import Check, run
from ropeway.diagnostics.domain import Domain
from ropeway.diagnostics.finding import Finding
from ropeway.diagnostics.network import Way
from ropeway.model.problems import Problem, RopewayError

NO_PROXY = (None, None, None)


def findings(folder: Path, document: dict[str, Any] | None, credentials: str | None = None) -> Iterator[Finding]:
    """One check after the other. `document`: what was said of the service, where there is no agent.yaml yet."""
    with ExitStack() as stack:
        examined = Examined(folder, document, credentials, stack)
        known = tuple(run((Check("settings", examined.read),)))
        yield from known
        if known[0].status != "failed":
            yield from run(examined.checks())


class Examined:
    """An agent that is examined: what one check finds, the next one uses."""

    def __init__(
        self, folder: Path, document: dict[str, Any] | None, credentials: str | None, stack: ExitStack
    ) -> None:
        self._folder, self._document, self._credentials, self._stack = folder, document, credentials, stack
        self._settings = Settings("")
        self._way = Way("")

    def read(self) -> str:
        """The settings, and the files that they name."""
        written = self._folder / files.SETTINGS
        self._settings = checked(self._document) if self._document and not written.exists() else read(self._folder)
        trust(self._settings.ca_file)
        proxy = proxy_way(self._settings)
        self._way = Way(self._settings.service, self._settings.ca_file, *(proxy or NO_PROXY))
        return str(written) if written.exists() else "as given here; there is no agent.yaml yet"

    def checks(self) -> Sequence[Check]:
        """Folder, way to the service, registration, and every domain."""
        registered = (self._folder / files.IDENTITY).exists()
        return (
            Check("folder", self._writable),
            *network.checks(self._way),
            Check("registration", self._registration),
            *((Check("sign-in at the service", self._sign_in, "answer of the service"),) if registered else ()),
            Check("process", self._process),
            *(check for domain in self._settings.domains for check in self._domain(domain)),
        )

    def _writable(self) -> str | Problem:
        """Its log and its next certificate are written there."""
        if not self._folder.exists():
            return f"{self._folder}: made when it is registered"
        owner = self._folder.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise files.unreadable(self._folder, PermissionError(0, f"it belongs to user {owner}, who is not asking"))
        for name in (files.SETTINGS, files.IDENTITY):
            file = self._folder / name
            if file.exists() and file.stat().st_uid != owner:
                raise files.unreadable(file, PermissionError(0, f"it does not belong to user {owner}, as its folder"))
        if shutil.disk_usage(self._folder).free < files.ROOM:
            raise files.unreadable(self._folder, OSError(0, "No space left on device"))
        return str(self._folder)

    def _registration(self) -> str | Problem:
        if not (self._folder / files.IDENTITY).exists():
            return Problem("agent-not-yet", object=str(self._folder), details={"service": self._settings.service})
        mine = x509.load_pem_x509_certificate(identity.load(self._folder).certificate.encode())
        return f"certificate until {mine.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"

    def _sign_in(self) -> str:
        """As an agent does, without counting as one that lives."""
        with closing(Service(self._settings)) as service:
            session = Line(self._folder, service).look()
        return f"agent {session.agent} of {session.domain}, wire version {session.wire}"

    def _process(self) -> str | Problem:
        pid = running(self._folder)
        return f"runs, process {pid}" if pid else Problem("agent-not-running", object=str(self._folder))

    def _domain(self, name: str) -> Sequence[Check]:
        account = f"account for {name}"

        def given() -> str:
            settings, _ = domains.connector(name, {})
            return settings.principal or settings.user or ""

        domains = Domains(self._settings, self._credentials)
        try:
            domain = Domain(*domains.connector(name, {}))
        except RopewayError:
            return (Check(account, given),)
        self._stack.callback(domain.close)
        return (Check(account, given), *domain.checks())
