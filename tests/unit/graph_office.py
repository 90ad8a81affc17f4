"""A service with the job Contoso over an LDIF export, reached over HTTP on loopback as scripts reach it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import uvicorn
from starlette.types import ASGIApp

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.secret import Secret
from ropeway.service.app import application
from ropeway.service.graph import routes
from ropeway.service.http.auditing import Trail
from ropeway.service.parts import Parts
from ropeway.store import jobs, tokens
from ropeway.store.database import Database
from tests.fixtures.contract import contract
from tests.fixtures.https import unverified
from tests.unit.engine_company import Company

OWN = "/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'"
"""The service principal that synchronizes."""
PRINCIPAL = "/v1.0/servicePrincipals/{}/synchronization"


@dataclass
class Asked:
    """A queue that remembers what was asked for; nobody works it off."""

    jobs: list[int] = field(default_factory=list[int])

    def ask(self, job: int) -> None:
        self.jobs.append(job)

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        raise NotImplementedError


@contextmanager
def served(app: ASGIApp) -> Generator[str]:
    """The address of an application that answers on loopback until the end of the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:  # asyncio: TCP_NODELAY
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@dataclass
class GraphOffice:
    """The service, who asks it, and the company that its job reads. Every exchange is held against the contract."""

    company: Company
    control: InProcess
    database: Database
    parts: Parts
    queue: Asked
    http: httpx2.Client
    token: Secret[str]

    @property
    def principal(self) -> str:
        """Where the synchronization is."""
        return PRINCIPAL.format(self.get(OWN)["value"][0]["id"])

    @property
    def job(self) -> str:
        """Where the job Contoso is."""
        return f"{self.principal}/jobs/{self.control.job('Contoso').id}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """A request with the administrator's token, and its answer."""
        told = {
            "Authorization": f"Bearer {self.token.reveal()}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        answer = self.http.request(method, path, headers=told, **({} if body is None else {"json": body}))
        if (judge := contract()) is not None:
            judge.check(method, path, body, answer.status_code, _json(answer))
        return answer

    def get(self, path: str, **headers: str) -> Any:
        """What is there."""
        answer = self.send("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 204) -> Any:
        """What an action answers."""
        return self._done("POST", path, body, status)

    def patch(self, path: str, body: Any, status: int = 204) -> Any:
        return self._done("PATCH", path, body, status)

    def put(self, path: str, body: Any, status: int = 204) -> Any:
        return self._done("PUT", path, body, status)

    def delete(self, path: str, status: int = 204) -> Any:
        return self._done("DELETE", path, None, status)

    def _done(self, method: str, path: str, body: Any, status: int) -> Any:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, Graph's code and Ropeway's problem of a refusal."""
        answer = self.send(method, path, body, **headers)
        error = answer.json()["error"]
        assert error["message"], error
        assert error["innerError"]["request-id"] == answer.headers["request-id"]
        return answer.status_code, error["code"], error.get("@ropeway.problem", {}).get("code", "")

    def follow(self, path: str) -> list[Any]:
        """All items of a list, page after page."""
        found: list[Any] = []
        for _ in range(1000):
            page = self.get(path)
            found += page["value"]
            if "@odata.nextLink" not in page:
                return found
            there = urlsplit(page["@odata.nextLink"])
            path = f"{there.path}?{there.query}"
        raise AssertionError("a list without an end")

    def run(self) -> None:
        """A cycle of the job, of what the company is now."""
        self.company.write()
        self.control.run_job("Contoso")

    def number(self) -> int:
        """The job's number, which the queue is asked with."""
        with self.database.read() as c:
            return jobs.find(c, TENANT, "Contoso").number


def _json(answer: httpx2.Response) -> Any:
    """The body, where it is JSON."""
    return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[GraphOffice]:
    """A company of three with a group, in step, and a service over it; `url` of a database other than a file."""
    company = Company(folder / "company.ldif")
    anna = company.person("Anna Berg", title="Engineer")
    company.person("Björn Ek", manager=anna)
    company.group("Team", [anna])
    company.write()
    database = open_database(url or f"sqlite:///{folder / 'ropeway.db'}")
    control = InProcess(database, FromHere())
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
    control.run_job("Contoso")
    queue = Asked()
    parts = Parts(TENANT, database, control, queue, time.time, "https://ropeway.contoso.test:8443")
    with database.write() as c:
        token = tokens.issue(c, TENANT, "administrator", "Ada", now=time.time(), lifetime=3600)
    with (
        served(application(routes(parts), Trail(database, TENANT, parts.clock))) as url,
        httpx2.Client(base_url=url, timeout=30, verify=unverified()) as client,
    ):
        yield GraphOffice(company, control, database, parts, queue, client, token)
    control.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[GraphOffice]:
    """An office of one's own."""
    with opened(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphOffice]:
    """One for all tests of a file that only look."""
    with opened(tmp_path_factory.mktemp("office")) as found:
        yield found
