"""What happened to objects, and what administrators did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from ropeway.control.protocol.common import Limit
from ropeway.model.problems import Problem


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the provisioning log (Graph: provisioningObjectSummary)."""

    time: str
    job: str
    action: str
    """create | update | delete | disable | restore | adopt | links | other."""
    status: Literal["success", "warning", "failure", "skipped"]
    type: str
    object: str
    """The source DN."""
    anchor: str
    target: str | None
    modified: dict[str, Any] = {}
    """Attribute to new value; links as `+members`, `-members` with their counts or names."""
    before: dict[str, Any] = {}
    """Attribute to the value that it had, of those that were changed and had one."""
    steps: tuple[dict[str, Any], ...] = ()
    """name, type (import|scoping|matching|processing|referenceResolution|export), status, description."""
    problem: Problem | None = None


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events; everything given must hold."""

    job: str | None = None
    action: str | None = None
    status: str | None = None
    type: str | None = None
    object: str | None = None
    """DN, GUID, UPN, target id, or a part of the DN."""
    since: str | None = None
    """ISO 8601."""
    limit: Limit = 50


class ExplainView(msgspec.Struct, frozen=True, kw_only=True):
    """Why an object is as it is: stage by stage, from the present state."""

    object: str
    anchor: str
    type: str
    job: str
    state: str
    """in step | pending | held | escrowed | out of scope | deleted | not matched yet | not imported yet; of objects
    that no job brings: lives in the cloud alone | in the recycle bin."""
    steps: tuple[dict[str, Any], ...] = ()
    """stage, outcome, rule, details."""
    target: str | None = None
    """The id of the directory's object."""
    attributes: tuple[dict[str, Any], ...] = ()
    """target, value, rule, flow, expression, sources, applies, ignored, problem, offers of lower rules; exported: what
    was written last; directory: what it shows; job: whose word counts, empty where the directory made the value;
    others: what other contributors offer; why: the problem for which the directory shows something else."""
    links: tuple[dict[str, Any], ...] = ()
    """attribute, other (DN, name or key), state (exported, to be added, to be removed, waiting, unresolved, left out,
    gone), why, by (jobs); up to 50, unfinished ones first."""
    contributors: tuple[dict[str, Any], ...] = ()
    """job, object (DN), anchor, precedence, standing: everybody with a word in the object, by precedence."""
    next_decision: str | None = None
    """ISO 8601: when it is decided again although nothing changed; None where only a change does it."""
    problems: tuple[Problem, ...] = ()
    events: tuple[EventView, ...] = ()


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One administrative act, done or refused."""

    time: str
    """ISO 8601."""
    who: str
    action: str
    """As Control calls it: pause_job, revoke_login."""
    subject: str
    outcome: str
    """`success`, or the code of the problem."""
    details: dict[str, Any] = {}
    request: str = ""
    """The id that its answer carried."""


class SignInView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, or an application, who signed in, or was refused."""

    time: str
    """ISO 8601."""
    who: str
    """The principal name; of an application that acts by itself its name."""
    application: str
    way: str
    """OAuth's grant: authorization_code, refresh_token, client_credentials …"""
    resource: str
    address: str
    error: int
    """The AADSTS number; 0: it went well."""
    reason: str = ""
    request: str = ""
    """The id that its answer carried."""


class HistoryCalls(Protocol):
    """What is remembered."""

    def events(self, which: EventFilter) -> Sequence[EventView]: ...
    def explain(self, identifier: str, *, job: str | None = None) -> ExplainView:
        """By DN, GUID, UPN or target id."""
        ...

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        """What administrators did at the service, the latest last."""
        ...

    def sign_ins(
        self, *, who: str | None = None, since: str | None = None, failed: bool = False, limit: int = 100
    ) -> Sequence[SignInView]:
        """Who signed in, or with `failed` who was refused, the latest last."""
        ...
