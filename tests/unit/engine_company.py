"""A company in an LDIF file that a test edits, and a job that brings it into a directory, under a clock of the test."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ropeway.connectors.ldif import open_source
from ropeway.directory import Directory
from ropeway.engine.cycle import Cycle
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, Scope, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.rules import compile_rules, load_schema
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.schema import prepare
from ropeway.store.state import SqlState

CLASSES = {
    "domain": ("top", "domain", "domainDNS"),
    "unit": ("top", "organizationalUnit"),
    "person": ("top", "person", "organizationalPerson", "user"),
    "group": ("top", "group"),
    "contact": ("top", "person", "organizationalPerson", "contact"),
    "computer": ("top", "person", "organizationalPerson", "user", "computer"),
}
DOMAIN = 1
BEGINNING = 1_800_000_000.0
HOUR = 3600.0


def people_alone() -> dict[str, Any]:
    """Rules about people and about nobody else."""
    names = {"userPrincipalName": "userPrincipalName", "displayName": "cn", "onPremisesImmutableId": "sourceAnchor"}
    flows = [
        {"targetAttributeName": target, "source": {"type": "Attribute", "name": source}}
        for target, source in names.items()
    ]
    people = {"sourceObjectName": "user", "targetObjectName": "user", "attributeMappings": flows}
    between = {"sourceDirectoryName": "Active Directory", "targetDirectoryName": "Ropeway"}
    rule = {"id": "people", "name": "People", "priority": 1, **between, "objectMappings": [people]}
    return {"id": "ours", "synchronizationRules": [rule]}


@dataclass
class Thing:
    """One object of the file; its DN follows from where it is."""

    number: int
    kind: str
    name: str
    parent: int | None
    values: dict[str, str | list[str]] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)

    @property
    def anchor(self) -> Anchor:
        return Anchor(str(uuid.UUID(int=self.number)))


@dataclass
class Company:
    """The domain contoso.test as an export; `write` puts it where the job reads it."""

    path: Path
    things: dict[int, Thing] = field(default_factory=lambda: {DOMAIN: Thing(DOMAIN, "domain", "contoso", None)})
    last: int = DOMAIN

    def _add(self, kind: str, name: str, parent: Thing | None, **values: Any) -> Thing:
        self.last += 1
        thing = Thing(self.last, kind, name, parent.number if parent else DOMAIN, values)
        self.things[thing.number] = thing
        return thing

    def unit(self, name: str, within: Thing | None = None) -> Thing:
        return self._add("unit", name, within, ou=name)

    def person(self, name: str, within: Thing | None = None, manager: Thing | None = None, **values: Any) -> Thing:
        short = name.lower().replace(" ", ".")
        values = {"userPrincipalName": f"{short}@contoso.test", "userAccountControl": "512", **values}
        thing = self._add("person", name, within, cn=name, sAMAccountName=short[:20], **values)
        if manager:
            thing.links["manager"] = [manager.number]
        return thing

    def contact(self, name: str, within: Thing | None = None, **values: Any) -> Thing:
        return self._add("contact", name, within, cn=name, **values)

    def people(self, count: int, within: Thing | None = None) -> list[Thing]:
        return [self.person(f"Person {self.last + 1}", within) for _ in range(count)]

    def group(self, name: str, members: list[Thing] | None = None, within: Thing | None = None) -> Thing:
        thing = self._add("group", name, within, cn=name, sAMAccountName=name, groupType="-2147483646")
        thing.links["member"] = [m.number for m in members or []]
        return thing

    def remove(self, thing: Thing) -> None:
        """Deleted in AD: it and every link to it is missing from the next export."""
        del self.things[thing.number]
        for other in self.things.values():
            for name, ends in other.links.items():
                other.links[name] = [end for end in ends if end != thing.number]

    def dn(self, thing: Thing) -> str:
        rdn = {"domain": "DC", "unit": "OU"}.get(thing.kind, "CN") + f"={thing.name}"
        return f"{rdn},DC=test" if thing.parent is None else f"{rdn},{self.dn(self.things[thing.parent])}"

    def write(self) -> None:
        text = "".join(self._record(thing) for thing in self.things.values())
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.path)

    def _record(self, thing: Thing) -> str:
        lines = [f"dn: {self.dn(thing)}", *(f"objectClass: {name}" for name in CLASSES[thing.kind])]
        lines.append("objectGUID:: " + base64.b64encode(uuid.UUID(int=thing.number).bytes_le).decode())
        for name, values in thing.values.items():
            lines += [f"{name}: {value}" for value in ([values] if isinstance(values, str) else values)]
        for name, ends in thing.links.items():
            lines += [f"{name}: {self.dn(self.things[end])}" for end in ends]
        return "\n".join(lines) + "\n\n"


class Trial:
    """One database with a directory, and jobs in it that read companies."""

    def __init__(self, url: str) -> None:
        self.now = BEGINNING
        self.db = Database(url)
        prepare(self.db)
        self.directory = Directory(self.db, 1, clock=lambda: self.now)
        self.directory.initialise("Contoso", "contoso.onropeway.test")
        self.directory.add_domain("contoso.test")
        self.directory.verify_domain("contoso.test")

    def job(self, company: Company, scope: Scope | None = None, name: str = "Contoso", **settings: Any) -> Job:
        """A new job that reads that company."""
        source = SourceSettings("ldif", {"path": str(company.path)})
        with self.db.write() as c:
            row = jobs.create(c, self.db, 1, JobSettings(name, source, scope or Scope(), **settings), self.now)
        return Job(self, company, row.number, row.settings)

    def user(self, name: str) -> dict[str, Any] | None:
        """The user with that display name, or nobody."""
        return self._shown("users", name)

    def group(self, name: str) -> dict[str, Any] | None:
        return self._shown("groups", name)

    def _shown(self, kind: Any, name: str) -> dict[str, Any] | None:
        found = [o for o in self.directory.list_objects(kind, limit=10_000) if o["displayName"] == name]
        return self.directory.show_object(kind, found[0]["id"]) if found else None

    def users(self) -> set[str]:
        return {o["displayName"] for o in self.directory.list_objects("users", limit=10_000)}

    def binned(self) -> set[str]:
        return {o["displayName"] for o in self.directory.list_objects("users", deleted=True, limit=10_000)}

    def members(self, group: str) -> set[str]:
        found = self.group(group)
        return {m["displayName"] for m in found["members"]} if found else set()


@dataclass
class Job:
    """One job of a trial."""

    trial: Trial
    company: Company
    number: int
    settings: JobSettings

    def set(self, **changes: Any) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)

    @property
    def state(self) -> SqlState:
        return SqlState(self.trial.db, 1, self.number, clock=lambda: self.trial.now)

    def work(self, state: SqlState | None = None) -> Work:
        rules = compile_rules(load_schema(self.settings.schema, "ldif"))
        target = self.trial.directory.target(self.number, precedence=self.settings.precedence)
        source = open_source(self.settings.source.settings)
        return Work(self.settings, rules, source, target, state or self.state, clock=lambda: self.trial.now)

    def run(self, *, full: bool = False, export: bool = True) -> Outcome:
        """The company as it is now, exported, read and synchronized; a second later."""
        self.company.write()
        self.trial.now += 1
        state = self.state
        state.acquire("this test", [])
        work = self.work(state)
        try:
            return Cycle(work, full=full, export=export).run()
        finally:
            work.source.close()
            state.release()

    def stopped(self) -> str:
        """The code of the problem that stops the next run."""
        try:
            self.run()
        except RopewayError as error:
            return error.problem.code
        return ""


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """An empty directory."""
    trial = Trial(f"sqlite:///{tmp_path}/state.sqlite")
    yield trial
    trial.db.close()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A domain without anybody."""
    return Company(tmp_path / "contoso.ldif")
