"""The one interface behind the command line; the same calls are served over HTTP.

A module for each subject has its calls and what they answer.
"""

from __future__ import annotations

from typing import Protocol

from ropeway.control.protocol.agents import AgentCalls, AgentView, RegistrationView
from ropeway.control.protocol.applications import ApplicationCalls, ApplicationView, CredentialView, SecretView
from ropeway.control.protocol.common import Limit
from ropeway.control.protocol.cycles import CycleView, LiveView, OnProgress, PastCycle, Progress
from ropeway.control.protocol.directory import DirectoryCalls, SynchronizationChange, SynchronizationView
from ropeway.control.protocol.history import AuditView, EventFilter, EventView, ExplainView, HistoryCalls, SignInView
from ropeway.control.protocol.job_views import JobView, QuarantineView
from ropeway.control.protocol.jobs import JobCalls
from ropeway.control.protocol.lives import LifeCalls, ProvisionView
from ropeway.control.protocol.people import PasswordView, PeopleCalls, RoleMemberView, RoleView, SecondFactorView
from ropeway.control.protocol.plans import ChangeView, HoldView, PlanView
from ropeway.control.protocol.reports import CompareView, DifferenceView, FindingView, ReportView
from ropeway.control.protocol.schemas import SchemaCalls
from ropeway.control.service_views import ServiceView
from ropeway.model.directory import DomainView, ObjectType

__all__ = [
    "AgentView",
    "ApplicationView",
    "AuditView",
    "ChangeView",
    "CompareView",
    "Control",
    "CredentialView",
    "CycleView",
    "DifferenceView",
    "DomainView",
    "EventFilter",
    "EventView",
    "ExplainView",
    "FindingView",
    "HoldView",
    "JobView",
    "Limit",
    "LiveView",
    "ObjectType",
    "OnProgress",
    "PasswordView",
    "PastCycle",
    "PlanView",
    "Progress",
    "ProvisionView",
    "QuarantineView",
    "RegistrationView",
    "ReportView",
    "RoleMemberView",
    "RoleView",
    "SecondFactorView",
    "SecretView",
    "SignInView",
    "SynchronizationChange",
    "SynchronizationView",
]


class Control(
    JobCalls,
    LifeCalls,
    HistoryCalls,
    SchemaCalls,
    DirectoryCalls,
    PeopleCalls,
    ApplicationCalls,
    AgentCalls,
    Protocol,
):
    """Calls raise RopewayError; nothing else is expected to come through. Names or ids of jobs are accepted alike."""

    def service_status(self) -> ServiceView:
        """Processes, jobs, agents, state and backups in short, and what of that needs a person."""
        ...

    def close(self) -> None: ...
