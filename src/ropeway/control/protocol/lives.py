"""A job's life by itself: schedule, guards, history, notices, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from ropeway.control.protocol.common import Limit
from ropeway.control.protocol.job_views import JobView
from ropeway.control.protocol.reports import CompareView
from ropeway.model.job import Guards, Retention, Schedule
from ropeway.model.problems import Problem


class ProvisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What provisioning one object on demand did (Graph: provisionOnDemand, whose names its steps have)."""

    job: str
    object: str
    """The source DN."""
    anchor: str
    type: str
    result: Literal["Success", "Skipped", "Failure", "Warning"]
    action: str
    """Create | Update | Delete | Disable | Restore | Adopt | Links | Other."""
    why: str = ""
    """Where nothing was written: RedundantExport, NotEffectivelyEntitled, StagedDelete, …"""
    target: str | None = None
    began: str = ""
    ended: str = ""
    steps: tuple[dict[str, Any], ...] = ()
    """Four: name, type (Import | Scoping | Matching | Export), status, description, timestamp, details."""
    modified: tuple[dict[str, Any], ...] = ()
    """displayName, oldValue, newValue."""
    waiting: int = 0
    """Members that the next run writes."""
    problem: Problem | None = None


class LifeCalls(Protocol):
    """`revision`: only if the job's settings are still those; else RopewayError `job-changed`."""

    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        """When the job runs by itself under `keep_in_step`."""
        ...

    def scope_job(
        self,
        job: str,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
        nested_groups: bool = False,
        revision: str | None = None,
    ) -> JobView:
        """Exactly these, by DN or GUID, are what the job is about; the next cycle decides everybody anew."""
        ...

    def guard_job(self, job: str, guards: Guards, *, revision: str | None = None) -> JobView:
        """How much may be taken away before somebody must approve."""
        ...

    def stage_job(self, job: str, staging: bool, *, revision: str | None = None) -> JobView:
        """Whether the job plans only; what it planned is written by the next cycle after it no longer does."""
        ...

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        """How long the job's log and cycles are kept."""
        ...

    def notify(self, job: str, file: str, *, revision: str | None = None) -> JobView:
        """Whom to tell when something happens to the job: the settings in this file, where jobs run; "" nobody."""
        ...

    def try_notifications(self, job: str) -> None:
        """A trial message now; RopewayError where it does not arrive."""
        ...

    def clear_quarantine(self, job: str) -> JobView:
        """Out of quarantine, what was set aside is tried now, the watermark stays; a delta is due now."""
        ...

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        """Reset what the scopes name (Graph: resetScope); the next cycle, due now, does it. None: as the portal."""
        ...

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        """One object now (DN, GUID, UPN or target id); of a group these members, at most five."""
        ...

    def compare_jobs(self, job: str, other: str, *, state: str | None = None, limit: Limit = 200) -> CompareView:
        """What each would have in the directory in the end, compared; `state`: the other one's, if not this."""
        ...
