"""A running system as it is installed: `ropeway up` on a state, and agents beside it, each a process of its own."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.process import ROPEWAY, beside
from benchmarks.tenant import of_domain, url
from ropeway.agent.registering import register
from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.lab.domain import Domain
from ropeway.model.secret import Secret
from ropeway.service.gateway.source import ThroughAgents
from ropeway.service.http import authorities
from ropeway.store import agents
from ropeway.store.database import Database

T = TypeVar("T")
LONGEST = 60.0
LOOK_EVERY = 0.005


@dataclass(frozen=True, slots=True)
class Installation:
    """A service that answers."""

    url: str
    folder: Path
    pid: int
    database: Database
    control: InProcess
    """What an administrator does on the service's machine."""

    @property
    def authority(self) -> Path:
        """A file with the authority that its certificate is from."""
        file = self.folder / "authority.pem"
        if not file.exists():
            known = authorities.known(self.database, TENANT, "tls")
            if known is None:
                raise RuntimeError("the service has no authority of its own")
            file.write_text(authorities.pem(known))
        return file

    def trust(self) -> ssl.SSLContext:
        """What clients of it trust."""
        return ssl.create_default_context(cafile=self.authority)

    @contextmanager
    def agent(self, domain: Domain) -> Generator[None]:
        """Within, a registered agent of a domain runs, and is active."""
        folder = self.folder / "agent"
        told = of_domain(domain).settings
        account = {name: told[name] for name in told if name != "domain"}
        document: dict[str, Any] = {
            "service": self.url, "ca_file": str(self.authority), "domains": {domain.dns_domain: account},
        }  # fmt: skip
        token = Secret(self.control.registration_token(domain.dns_domain, 3600.0).token)
        register(folder, token, document)
        with beside([*ROPEWAY, "agent", "run", "--folder", folder], self.folder / "agent.log"):
            until(lambda: self._is_active(domain.dns_domain), "the agent waits for calls", LONGEST)
            yield

    def _is_active(self, domain: str) -> bool:
        with self.database.read() as c:
            return bool(agents.standing(c, TENANT, domain, time.time()).active)


@contextmanager
def installed(folder: Path, state: Path, *options: str) -> Generator[Installation]:
    """`ropeway up` on a state, from its first answer on."""
    log = folder / "up.log"
    command = [*ROPEWAY, "--json", "--state", str(state), "up", "--listen", "127.0.0.1:0", *options]
    with beside(command, log) as process:

        def told() -> str:
            if process.poll() is not None:
                raise RuntimeError(f"ropeway up ended: {log.read_text()[-300:]}")
            return next((line for line in log.read_text().splitlines(True) if line[0] == "{" and line[-1] == "\n"), "")

        answers_at = json.loads(until(told, "ropeway up answers", LONGEST))["url"]
        database = open_database(url(state))
        control = InProcess(database, ThroughAgents(database, TENANT, FromHere()))
        try:
            yield Installation(answers_at, folder, process.pid, database, control)
        finally:
            control.close()


def until(look: Callable[[], T | None], what: str, longest: float) -> T:
    """What a look finds, as soon as it finds something; RuntimeError where it never does."""
    end = time.monotonic() + longest
    while not (found := look()):
        if time.monotonic() > end:
            raise RuntimeError(f"not within {longest:.0f} s: {what}")
        time.sleep(LOOK_EVERY)  # the reader polls
    return found
