"""What calls of every subject need."""

from __future__ import annotations

import time

from ropeway.control.agents import Agents
from ropeway.control.applications import Applications
from ropeway.control.domain_proof import Proof, by_word
from ropeway.control.domains import Domains
from ropeway.control.lifecycle import Lifecycle
from ropeway.control.notifying.courier import Courier
from ropeway.control.on_demand import OnDemand
from ropeway.control.people import People
from ropeway.control.protocol import ObjectType
from ropeway.control.roles import Roles
from ropeway.control.running import Running, trouble
from ropeway.control.schemas import Schemas
from ropeway.control.sources import Sources
from ropeway.control.uploaded import WithUploads
from ropeway.directory import Directory
from ropeway.model.problems import RopewayError
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.tenants import HOME

TENANT = HOME


class Core:
    """The state of one tenant, its directory, and how sources are opened."""

    def __init__(self, database: Database, sources: Sources, tenant: int = TENANT, proof: Proof = by_word) -> None:
        self._db = database
        self._tenant = tenant
        self._directory = Directory(database, tenant, clock=time.time)
        self._sources = sources = WithUploads(database, sources)
        self._house_kept: float | None = None
        """By the monotonic clock, when what is old was last removed."""
        self._schemas = Schemas(database, tenant, sources)
        self._lifecycle = Lifecycle(database, tenant, time.time)
        self._courier = Courier(database, tenant, time.time)
        self._on_demand = OnDemand(database, tenant, self._open)
        self._domains = Domains(database, self._directory, tenant, proof)
        self._agents = Agents(database, tenant, time.time)
        self._applications = Applications(database, tenant, time.time)
        self._people = People(database, tenant, time.time)
        self._roles = Roles(database, tenant, time.time)

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def _row(self, job: str) -> JobRow:
        with trouble(), self._db.read() as c:
            return jobs.find(c, self._tenant, job)

    def _open(self, job: str) -> Running:
        return Running(self._db, self._directory, self._tenant, self._row(job), self._sources)

    def running(self, row: JobRow) -> Running:
        """The job with its lease held and its source open."""
        return self._open(row.id)

    def _names(self, identifier: str | None) -> list[str]:
        """An identifier, and the directory id of the user it may name."""
        if identifier is None:
            return []
        found = self._directory_id(identifier) if "@" in identifier else None
        return [identifier, found] if found else [identifier]

    def _directory_id(self, identifier: str) -> str | None:
        kinds: tuple[ObjectType, ...] = ("users", "groups", "contacts")
        for kind in kinds:
            try:
                return self._directory.show_object(kind, identifier)["id"]
            except RopewayError:
                continue
        return None
