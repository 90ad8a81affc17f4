"""Jobs: made, looked at, run, approved, ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ropeway.control.protocol.common import Limit
from ropeway.control.protocol.cycles import CycleView, LiveView, OnProgress
from ropeway.control.protocol.job_views import JobView
from ropeway.control.protocol.plans import HoldView, PlanView
from ropeway.control.protocol.reports import FindingView, ReportView
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import JobSettings, SourceSettings


class JobCalls(Protocol):
    """What is done with jobs by hand."""

    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        """Check the settings against the live source, turn container and group DNs into GUIDs, and keep the job."""
        ...

    def describe_source(self, *, job: str | None = None, source: SourceSettings | None = None) -> DirectoryDefinition:
        """What the live source of a job, or one with these settings, offers; RopewayError where it cannot be read."""
        ...

    def check_source(self, job: str) -> None:
        """Nothing, if the source of a job can be read with the credentials that it, or its agents, have now."""
        ...

    def discover(self, job: str) -> DirectoryDefinition:
        """The object types and attributes that the live source of a job says it has."""
        ...

    def jobs(self) -> Sequence[JobView]: ...
    def job(self, job: str) -> JobView: ...
    def live(self, job: str) -> LiveView:
        """How far its running cycle has come, the last ones, and when the next is."""
        ...

    def run_job(self, job: str, *, full: bool = False, progress: OnProgress | None = None) -> CycleView:
        """One cycle now: import, decide, export."""
        ...

    def plan_job(
        self, job: str, *, limit: Limit = 200, refresh: bool = True, progress: OnProgress | None = None
    ) -> PlanView:
        """What the next export would write; `refresh` reads the source first. Writes nothing to source or target."""
        ...

    def report_job(
        self,
        job: str,
        *,
        limit: Limit = 200,
        refresh: bool = True,
        each: Callable[[FindingView], None] | None = None,
        progress: OnProgress | None = None,
    ) -> ReportView:
        """What should be put right on premises; `each` gets every finding, the gravest first.

        `refresh` reads the source first. Writes nothing to source or target.
        """
        ...

    def holds(self, job: str) -> Sequence[HoldView]: ...
    def approve(self, job: str, hold: int, digest: str | None = None) -> HoldView:
        """Let exactly the rows of this hold go; with a digest only if it is still the same."""
        ...

    def pause_job(self, job: str) -> JobView: ...
    def resume_job(self, job: str) -> JobView:
        """Graph's start: a paused or disabled job goes on, a quarantine is lifted, and a cycle is due now."""
        ...

    def delete_job(self, job: str, *, keep: bool) -> int:
        """Keep: its objects stay, as cloud objects. Otherwise its contributions are withdrawn. Answers their number."""
        ...

    def keep_in_step(
        self, jobs: Sequence[str], *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]
    ) -> None:
        """Stay: poll, and run a cycle whenever there is something; a job in trouble waits longer, others go on.

        No job named: all that are not paused, and those that are created later.
        """
        ...
