"""What is kept about the schemas of jobs: how often each was changed, and the default it was last changed against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, String, Table, Text, select, update

from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.metadata import metadata
from ropeway.store.rows import Key

job_schema = Table(
    "job_schema",
    metadata,
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("tenant", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("base", String, nullable=False),
)
"""`revision` counts the changes of a job's schema; `base` is the digest of the default schema that its administrator
last saw, in `default_schema`."""

default_schema = Table(
    "default_schema",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "digest"),
)
"""Default schemas that jobs were made with, as JSON: after an upgrade they say what became other."""


class SchemaRecord(msgspec.Struct, frozen=True):
    """How often a job's schema was changed, and the digest of its base; "" for one that nobody noted."""

    revision: int = 0
    base: str = ""


def record(c: Connection, job: int) -> SchemaRecord:
    """What is kept about the schema of a job."""
    row = c.execute(select(job_schema.c.revision, job_schema.c.base).where(job_schema.c.job == job)).one_or_none()
    return SchemaRecord(*row) if row else SchemaRecord()


def base_document(c: Connection, tenant: int, digest: str) -> dict[str, Any] | None:
    """A default schema by its digest."""
    found = select(default_schema.c.document).where(
        default_schema.c.tenant == tenant, default_schema.c.digest == digest
    )
    text = c.scalar(found)
    return msgspec.json.decode(text) if text is not None else None


def note_base(c: Connection, db: Database, key: Key, digest: str, document: dict[str, Any]) -> None:
    """The administrator of a job has seen this default."""
    c.execute(
        db.insert(default_schema)
        .values(tenant=key["tenant"], digest=digest, document=msgspec.json.encode(document).decode())
        .on_conflict_do_nothing()
    )
    _make_row(c, db, key)
    c.execute(update(job_schema).where(job_schema.c.job == key["job"]).values(base=digest))


def change(
    c: Connection, db: Database, key: Key, revision: int, changed: Callable[[JobSettings], JobSettings]
) -> JobRow:
    """Change the schema in a job's settings; RopewayError `schema-changed-meanwhile` at another revision than given."""
    _make_row(c, db, key)
    now = update(job_schema).where(job_schema.c.job == key["job"], job_schema.c.revision == revision)
    done = c.execute(now.values(revision=revision + 1)).rowcount
    row = jobs.locked(c, key["job"])
    if not done:
        found = record(c, key["job"]).revision
        raise RopewayError(
            Problem("schema-changed-meanwhile", object=row.name, details={"seen": str(revision), "found": str(found)})
        )
    jobs.change_settings(c, key["job"], changed(row.settings))
    return jobs.load(c, key["job"])


def forget(c: Connection, key: Key) -> None:
    """The job is deleted."""
    c.execute(job_schema.delete().where(job_schema.c.job == key["job"]))


def _make_row(c: Connection, db: Database, key: Key) -> None:
    c.execute(db.insert(job_schema).values(**key, revision=0, base="").on_conflict_do_nothing())
