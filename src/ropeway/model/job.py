"""Settings of one synchronization: what is read from where, by which rules, how carefully."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from ropeway.model.anchors import Anchor

SourceKind = Literal["active-directory", "ldif", "uploads"]
"""`uploads` is what clients upload to a job of theirs (Graph: bulkUpload)."""


class SourceSettings(msgspec.Struct, frozen=True):
    """Which connector reads, and its own settings, checked by it. Never a password: a file's name at most."""

    kind: SourceKind
    settings: dict[str, Any] = {}
    through: Literal["here", "agents"] = "here"
    """Who connects: the process that runs the job, or agents beside the domain, which have the credentials."""


class Scope(msgspec.Struct, frozen=True):
    """Which objects a job is about. Containers and groups are held by GUID, so renaming them changes nothing."""

    containers: tuple[Anchor, ...] = ()
    """Base containers with all below; none means the whole naming context."""
    excluded_containers: tuple[Anchor, ...] = ()
    groups: tuple[Anchor, ...] = ()
    """Only members of these groups (and the groups themselves); none means everybody."""
    nested_groups: bool = False
    """Members of members count too."""
    names: dict[Anchor, str] = {}
    """What each container and group was called when it was chosen, for messages only."""


class Departure(StrEnum):
    """What happens to the target object when its source object leaves."""

    DELETE = "delete"
    DISABLE = "disable"
    KEEP = "keep"


class Guard(msgspec.Struct, frozen=True):
    """How much may be taken away within 24 hours before somebody must approve."""

    most: int = 500
    percent: int = 10
    """Of the type's linked objects (of the group's members, for members)."""
    at_least: int = 20
    """A percentage only counts from this many on."""

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.most}, or {self.percent} % from {self.at_least} on"

    def trips(self, count: int, total: int) -> bool:
        """Whether `count` out of `total` is too much."""
        return count > self.most or (count >= self.at_least and count * 100 > self.percent * total)


Prevention = Literal["disabled", "enabledForCount", "enabledForPercentage"]
"""What makes many deletions an accident, in all jobs of a tenant (Graph: synchronizationPreventionType)."""


class Guards(msgspec.Struct, frozen=True):
    """Guards of a job: by default the same for all, by type where set. Types are the target's: user, group, …"""

    deletes: Guard = Guard()
    disables: Guard = Guard()
    members: Guard = Guard()
    emptied: Guard = Guard()
    by_type: dict[str, dict[Literal["deletes", "disables", "members", "emptied"], Guard]] = {}

    def of(self, what: Literal["deletes", "disables", "members", "emptied"], type_: str) -> Guard:
        """The guard that counts for a type."""
        return self.by_type.get(type_, {}).get(what) or getattr(self, what)


class SchemaEdit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change that an administrator made to a default schema."""

    place: tuple[str, ...]
    """Keys and names from the root: synchronizationRules, a rule's id, objectMappings, `user → user`, …, mail."""
    value: Any = None
    """What stands there, as JSON has it; None: nothing, what the default has there is taken out."""


class Schedule(msgspec.Struct, frozen=True):
    """When a job runs by itself under `ropeway run`."""

    every: float | None = None
    """Seconds from the beginning of one cycle to the next; None: it polls, every `poll_seconds`."""
    off: bool = False
    """Only when somebody says so."""


class Retention(msgspec.Struct, frozen=True):
    """How many days are kept (provisioning logs: 30 days; PurgeRunHistoryInterval)."""

    log: int = 30
    """Of the provisioning log."""
    cycles: int = 30
    """Of the history of cycles."""


class JobSettings(msgspec.Struct, frozen=True):
    """Everything an administrator decides about a job."""

    name: str
    source: SourceSettings
    scope: Scope = Scope()
    schema: dict[str, Any] | None = None
    """A Graph synchronizationSchema of one's own; None means the default schema of the source's kind."""
    edits: tuple[SchemaEdit, ...] = ()
    """Changes to the default schema, kept apart from it, so that an upgrade of the default keeps them."""
    guards: Guards = Guards()
    departure: dict[str, Departure] = {}
    """By target type; `delete` where nothing is said."""
    precedence: int = 100
    """Among the contributors to one object: the lower number wins."""
    staging: bool = False
    """Plans, and never exports."""
    poll_seconds: float = 0.5
    """How often `ropeway run` asks the source for changes."""
    schedule: Schedule = Schedule()
    retention: Retention = Retention()
    notifications: str = ""
    """A file that says whom to tell when something happens to the job (docs/jobs.md); empty: nobody."""


class JobStatus(StrEnum):
    """Graph's synchronizationStatusCode, as far as it is used."""

    NOT_RUN = "NotRun"
    ACTIVE = "Active"
    PAUSED = "Paused"
    QUARANTINE = "Quarantine"
