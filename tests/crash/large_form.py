"""The large form on one machine: two services on one PostgreSQL, two agents, two controllers of one domain."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ropeway.lab import controller
from ropeway.lab.domain import Domain
from tests.crash.program import Mortal, Program, ropeway
from tests.crash.working import wait
from tests.fixtures.gateway import domain_settings
from tests.fixtures.laboratory import Laboratory

WORKERS = 2
"""Of each service."""


@dataclass
class Controller:
    """A domain controller."""

    name: str
    domain: Domain
    laboratory: Laboratory

    def start(self) -> None:
        self.laboratory.start(self.domain)

    def kill(self) -> None:
        controller.kill(self.domain)


@dataclass
class LargeForm:
    """Six processes, each of which may die at any moment."""

    folder: Path
    state: str
    controllers: list[Controller]
    services: list[Program] = field(default_factory=list)
    agents: list[Program] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    @property
    def mortals(self) -> list[Mortal]:
        return [*self.services, *self.agents, *self.controllers]

    def begin(self) -> None:
        """Services, then agents, each registered with another service and preferring another controller."""
        self.say("service", "migrate")
        for number in (1, 2):
            self._begin_service(number)
        self.say("service", "ca", str(self.folder / "ca.pem"), "--data", str(self.folder))
        for number in (1, 2):
            self._begin_agent(number)

    def say(self, *words: str) -> str:
        """A command on the state itself; what it printed."""
        return ropeway("--state", self.state, *words)

    def _begin_service(self, number: int) -> None:
        port = free_port()
        url = f"https://localhost:{port}"
        settings = {"state": self.state, "listen": f"127.0.0.1:{port}", "url": url, "workers": WORKERS}
        file = self.folder / f"service{number}.yaml"
        file.write_text(yaml.safe_dump(settings | {"data": str(self.folder)}))
        program = Program(f"service{number}", ["service", "run", "--config", str(file)], self.folder)
        self.services.append(program)
        self.urls.append(url)
        program.start()
        wait(lambda: listens(port))

    def _begin_agent(self, number: int) -> None:
        first = self.controllers[number - 1].domain
        folder, token = self.folder / f"agent{number}", self.folder / f"token{number}"
        token.write_text(self.say("agent", "token", first.dns_domain))
        own, *others = self.urls[number - 1 :] + self.urls[: number - 1]
        trusting = ("--token-file", str(token), "--ca-file", str(self.folder / "ca.pem"))
        ropeway("--service", own, "agent", "register", "--folder", str(folder), *trusting)
        addresses = [first.address, *(c.domain.address for c in self.controllers if c.domain is not first)]
        file = folder / "agent.yaml"
        settings = yaml.safe_load(file.read_text())
        settings["services"] = others
        settings["domains"] = {first.dns_domain: domain_settings(first) | {"servers": addresses}}
        file.write_text(yaml.safe_dump(settings))
        program = Program(f"agent{number}", ["agent", "run", "--folder", str(folder)], self.folder)
        self.agents.append(program)
        program.start()

    def end(self) -> list[int | None]:
        """The exit codes of agents and services."""
        return [program.end() for program in (*self.agents, *self.services)]

    def told(self) -> str:
        """The end of what each of them said."""
        files = sorted([*self.folder.glob("*.log"), *self.folder.glob("agent*/trace/agent.log")])
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-4000:]}" for file in files)


def free_port() -> int:
    """A port of loopback that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
