"""What `Control` says about the installation as a whole; times are ISO 8601."""

from __future__ import annotations

import msgspec

from ropeway.model.problems import Problem


class ProcessView(msgspec.Struct, frozen=True, kw_only=True):
    """A process of the service."""

    role: str
    """service | worker."""
    machine: str
    process: str
    version: str
    since: str
    heard: str
    """When it last said that it lives."""
    alive: bool


class JobStateView(msgspec.Struct, frozen=True, kw_only=True):
    """A job in one line."""

    name: str
    status: str
    running: bool
    last_good: str | None
    """When a cycle last ended well; of a job that polls and finds nothing, to the hour."""
    due: int
    pending: int
    held: int
    escrowed: int


class AgentsView(msgspec.Struct, frozen=True, kw_only=True):
    """The agents of one domain."""

    domain: str
    active: int
    inactive: int
    removed: int
    last_heard: str | None


class BackupView(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was written to a file."""

    time: str
    machine: str
    place: str
    bytes: int


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """How an installation is."""

    version: str
    """Of the program that answers."""
    database: str
    """sqlite | postgresql."""
    schema: str
    """The version of its tables."""
    size: int
    """Bytes of the database; 0 for a tenant whose house it is not."""
    free: int | None
    """Bytes free where the state's file is; None with PostgreSQL."""
    processes: tuple[ProcessView, ...] = ()
    jobs: tuple[JobStateView, ...] = ()
    agents: tuple[AgentsView, ...] = ()
    errands: dict[str, int] = {}
    """How many calls wait for a worker (`open`), or are being done (`taken`)."""
    messages: int = 0
    """Notifications that have not arrived yet."""
    certificates: dict[str, str] = {}
    """When each expires."""
    last_backup: BackupView | None = None
    problems: tuple[Problem, ...] = ()
    """What needs a person."""
