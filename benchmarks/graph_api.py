"""Figures of the API of the directory over TLS: a page, a batch, a delta with nothing new, filters."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from ropeway.control.in_process import TENANT
from ropeway.directory import lookup
from ropeway.directory.portions import slices
from ropeway.model.anchors import Anchor, Reference
from ropeway.model.changes import Change, Kind
from ropeway.store.database import Database
from ropeway.store.schema import prepare

PAGE = 999
OBJECTS = 15_000
"""At least so many a second."""
TIMES = 30
INDEXED = (
    "department eq 'Department 7'", "accountEnabled eq true", "startsWith(displayName,'person 00')",
    "mail eq 'p77@contoso.test'", "startsWith(mailNickname,'p7')", "employeeId eq '77'",
    "proxyAddresses/any(p:startsWith(p,'smtp:p7'))", "userPrincipalName eq 'p77@contoso.test'",
)  # fmt: skip
OTHER = ("city eq 'Nowhere'", "startsWith(jobTitle,'nobody')")


def measure(bench: Bench) -> Iterator[Figure]:
    """Beside the smallest answer of the same service."""
    wanted = bench.sizes.users
    bench.say(f"a directory of {wanted:,} users for its API")
    with bench.throwaway("graph") as folder:
        url = tenant.url(folder / "state.db")
        _filled(url, wanted)
        with _service(url, folder) as ask:
            yield from _figures(ask, f"{wanted:,} users")


def _filled(url: str, wanted: int) -> None:
    database = Database(url)
    try:
        prepare(database)
        target = tenant.hub(database).target(1, precedence=100)
        for part in slices(range(wanted)):
            target.write([_person(number) for number in part])
        group = Anchor("f" * 32)
        told = {"displayName": "Everybody", "mailNickname": "everybody", "securityEnabled": True, "mailEnabled": False}
        target.write([Change(Kind.CREATE, "group", group, "source-everybody", None, told)])
        for part in slices(range(wanted)):
            ends = [Reference(f"{number:032x}") for number in part]
            target.write([Change(Kind.LINKS, "group", group, "", None, {}, {"members": ends}, {})])
        while lookup.catch_up(database, TENANT):
            pass
    finally:
        database.close()


def _person(number: int) -> Change:
    name = f"p{number}"
    attributes: dict[str, Any] = {
        "displayName": f"Person {number:06}", "userPrincipalName": f"{name}@contoso.test", "mailNickname": name,
        "mail": f"{name}@contoso.test", "proxyAddresses": [f"SMTP:{name}@contoso.test"], "employeeId": str(number),
        "department": f"Department {number % 50}", "accountEnabled": number % 20 != 0, "city": "Oslo",
        "jobTitle": "Engineer", "companyName": "Contoso", "givenName": "Person", "surname": f"Number {number}",
        "onPremisesSamAccountName": name, "streetAddress": "Main Street 1", "postalCode": "0150",
    }  # fmt: skip
    return Change(Kind.CREATE, "user", Anchor(f"{number:032x}"), f"source-{number}", None, attributes)


@dataclass
class Ask:
    """A client of the service, on one connection."""

    connection: http.client.HTTPSConnection
    headers: dict[str, str]

    def __call__(self, path: str, body: object = None) -> Any:
        raw = None if body is None else json.dumps(body)
        self.connection.request("GET" if raw is None else "POST", path, raw, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}: {text[:200]!r}")
        return text

    def took(self, path: str, body: object = None) -> float:
        """Milliseconds, in the middle of several times."""
        return self.by_turns((path, body))[0]

    def by_turns(self, *requests: tuple[str, object]) -> list[float]:
        """The same of several requests, asked in turns, so that what else the machine does falls on all of them."""
        taken: list[list[float]] = [[] for _ in requests]
        for turn in range(TIMES + 1):
            for (path, body), times in zip(requests, taken, strict=True):
                began = time.perf_counter()
                self(path, body)
                if turn:
                    times.append((time.perf_counter() - began) * 1000)
        return [median(times) for times in taken]


@contextmanager
def _service(url: str, folder: Path) -> Generator[Ask]:
    command = [sys.executable, "-m", "benchmarks.graph_service", url, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port, token, authority = process.stdout.readline().split()
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection("localhost", int(port), context=context, timeout=60)
        told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "ConsistencyLevel": "eventual"}
        yield Ask(connection, told)
        connection.close()
        process.stdin.close()


def _figures(ask: Ask, people: str) -> Iterator[Figure]:
    selection = "$select=id,displayName,mail,userPrincipalName,department"
    users = json.loads(ask(f"/v1.0/users?$top=20&{selection}"))["value"]
    single = f"/v1.0/users/{users[0]['id']}?$select=id,displayName"
    bare = ask.took("/v1.0/contacts?$top=1")
    page = ask.took(f"/v1.0/users?$top={PAGE}&{selection}")
    yield _figure(f"a page of {PAGE} of {people}", page, bare, bound=PAGE / OBJECTS * 1000)
    inner = [{"id": str(n), "method": "GET", "url": f"/users/{one['id']}?$select=id,displayName"}
             for n, one in enumerate(users)]  # fmt: skip
    one, batch = ask.by_turns((single, None), ("/v1.0/$batch", {"requests": inner}))
    yield Figure(what="a batch of 20 reads", value=batch, unit="ms", yardstick="one read", beside=one,
                 ratio_bound=1.5, load=load())  # fmt: skip
    begun: str = json.loads(ask("/v1.0/users/delta?$deltatoken=latest"))["@odata.deltaLink"]
    there = urlsplit(begun)
    yield _figure(f"a delta with nothing new, {people}", ask.took(f"{there.path}?{there.query}"), bare, bound=5)
    everybody = json.loads(ask("/v1.0/groups?$top=1"))["value"][0]["id"]
    took = ask.took(f"/v1.0/groups/{everybody}/members?$top={PAGE}&$select=id,displayName")
    yield _figure(f"a page of {PAGE} members of a group of {people}", took, bare, bound=PAGE / OBJECTS * 1000)
    for filter_ in INDEXED:
        took = ask.took(f"/v1.0/users?$select=id&$filter={quote(filter_)}")
        yield _figure(f"`{filter_}`, a page of {people}", took, bare, bound=5)
    for filter_ in OTHER:
        took = ask.took(f"/v1.0/users?$select=id&$filter={quote(filter_)}")
        yield _figure(f"`{filter_}`, without an index, {people}", took, bare, bound=300)


def _figure(what: str, value: float, bare: float, *, bound: float) -> Figure:
    return Figure(
        what=what, value=value, unit="ms", yardstick="a list of nothing", beside=bare, bound=bound, load=load()
    )
