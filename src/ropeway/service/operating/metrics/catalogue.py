"""Every metric. Names end in their unit; durations are seconds, sizes bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured."""

    name: str
    says: str
    """A sentence; it stands in the answer, and in docs/monitoring.md."""
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter", "histogram"] = "gauge"


TENANT = ("tenant",)
JOB = (*TENANT, "name")

HOUSE = (
    Metric("ropeway_database_up", "1 if the database answered; if not, only the process's own metrics are there."),
    Metric("ropeway_database_size_bytes", "Size of the database.", ("kind",)),
    Metric("ropeway_state_free_bytes", "Free space where the state's file is; not with PostgreSQL."),
    Metric("ropeway_backup_age_seconds", "Since the last backup to a file; absent where none is known."),
    Metric("ropeway_processes", "Processes of the service heard of within a minute.", ("role",)),
    Metric("ropeway_process_heard_age_seconds", "Since a process was last heard of.", ("role", "machine", "process")),
    Metric("ropeway_scrape_seconds", "What it took to read all this from the database."),
)
"""Of the service as a whole: for whoever runs it."""

OF_TENANT = (
    Metric(
        "ropeway_certificate_expires_seconds",
        "Until an authority, or a certificate given to a service, expires.",
        ("tenant", "certificate"),
    ),
    Metric(
        "ropeway_job_status",
        "1 for the status that a job has: NotRun, Active, Paused, Quarantine.",
        ("tenant", "name", "status"),
    ),
    Metric("ropeway_job_running", "1 while somebody runs the job's cycle, or keeps it ready.", JOB),
    Metric(
        "ropeway_job_last_success_age_seconds",
        "Since the job's last cycle that ended well, to the hour where nothing changes; since its creation before.",
        JOB,
    ),
    Metric("ropeway_job_interval_seconds", "Between two cycles; absent where the job does not run by itself.", JOB),
    Metric("ropeway_job_failures_in_row", "Cycles stopped by a problem since the last that ended.", JOB),
    Metric(
        "ropeway_job_stopped", "1 while a problem keeps the job from ending a cycle.", ("tenant", "name", "problem")
    ),
    Metric(
        "ropeway_job_quarantine", "1 while the job is in quarantine, with Graph's reason.", ("tenant", "name", "reason")
    ),
    Metric("ropeway_job_quarantine_age_seconds", "Since the quarantine began.", JOB),
    Metric("ropeway_job_disabled", "1 once four weeks of quarantine have disabled the job.", JOB),
    Metric("ropeway_job_due", "Objects to be decided again: the backlog.", JOB),
    Metric("ropeway_job_pending_changes", "Changes planned and not yet written; held ones not counted.", JOB),
    Metric("ropeway_job_held_changes", "Changes held until somebody approves them.", JOB),
    Metric("ropeway_job_holds", "Holds that wait for somebody.", JOB),
    Metric("ropeway_job_escrow", "Objects set aside, by the stage at which they failed.", ("tenant", "name", "stage")),
    Metric("ropeway_job_cycle_age_seconds", "Since the last cycle that did anything ended.", JOB),
    Metric("ropeway_job_cycle_duration_seconds", "How long that cycle took.", JOB),
    Metric("ropeway_job_cycle_stage_seconds", "What each stage of it took.", ("tenant", "name", "stage")),
    Metric("ropeway_job_cycle_read", "Objects and links that it read.", JOB),
    Metric("ropeway_job_cycle_decided", "Objects that it decided.", JOB),
    Metric("ropeway_job_cycle_exported", "Changes that it wrote, by kind.", ("tenant", "name", "change")),
    Metric("ropeway_job_cycle_failed", "Objects that failed in it.", JOB),
    Metric("ropeway_job_cycle_waiting", "Changes that the target asked to send later.", JOB),
    Metric("ropeway_agents", "Agents by domain and state: active, inactive, removed.", ("tenant", "domain", "state")),
    Metric(
        "ropeway_agent_heartbeat_age_seconds",
        "Since an agent was last heard of; removed ones not.",
        ("tenant", "domain", "agent"),
    ),
    Metric(
        "ropeway_calls",
        "What agents are asked for, by state: open, taken; watches not counted.",
        ("tenant", "domain", "state"),
    ),
    Metric("ropeway_call_oldest_age_seconds", "Age of the oldest of them.", ("tenant", "domain", "state")),
    Metric("ropeway_errands", "What workers are asked for, by state: open, taken, done.", ("tenant", "state")),
    Metric("ropeway_errand_oldest_age_seconds", "Age of the oldest of them.", ("tenant", "state")),
    Metric("ropeway_queue_length", "Jobs whose time has come, and whose cycle has not begun.", TENANT),
    Metric("ropeway_notifications_waiting", "Messages to people that have not arrived yet.", TENANT),
)
"""Of one tenant, whose name is the label `tenant`."""

FIGURES = (*HOUSE, *OF_TENANT)
"""Read from the database; with several service processes, each says the same."""

REQUESTS = (
    Metric(
        "ropeway_http_requests_total",
        "Requests answered, by route and status.",
        ("method", "route", "status"),
        "counter",
    ),
    Metric("ropeway_http_request_seconds", "How long they took.", ("method", "route"), "histogram"),
    Metric("ropeway_http_requests_running", "Requests being answered just now, WebSockets included.", ("method",)),
    Metric("ropeway_info", "1, with the version of the process.", ("version",)),
)
"""Counted in the process that answers; Prometheus adds them up."""
