"""The logs, asked of Graph's auditLogs (graph-scim.md B8)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.calls import GRAPH
from ropeway.control.moments import moment
from ropeway.control.over_graph.graph import Graph, literal
from ropeway.control.protocol import AuditView, EventFilter, EventView, SignInView

EVENT, ACT = "ropeway.event", "ropeway.act"


class _Line(msgspec.Struct, rename={"view": f"@{EVENT}"}):
    view: EventView


class _Act(msgspec.Struct, rename={"view": f"@{ACT}"}):
    view: AuditView


class _Status(msgspec.Struct, rename="camel"):
    error_code: int
    failure_reason: str | None = None


class _SignIn(msgspec.Struct, rename="camel"):
    """Graph's signIn, as far as it is read here."""

    created_date_time: str
    user_principal_name: str
    service_principal_name: str
    app_display_name: str
    client_app_used: str
    resource_display_name: str
    ip_address: str
    correlation_id: str
    status: _Status

    @property
    def view(self) -> SignInView:
        """The same in Control's words."""
        return SignInView(
            time=f"{moment(self.created_date_time):%Y-%m-%dT%H:%M:%SZ}",
            who=self.user_principal_name or self.service_principal_name,
            application=self.app_display_name,
            way=self.client_app_used,
            resource=self.resource_display_name,
            address=self.ip_address,
            error=self.status.error_code,
            reason=self.status.failure_reason or "",
            request=self.correlation_id,
        )


class LogsOverGraph:
    """Methods of `Control` about what happened that Graph has."""

    _graph: Graph

    def events(self, which: EventFilter) -> Sequence[EventView]:
        """GET /auditLogs/provisioning."""
        kind = which.type[:1].upper() + which.type[1:] if which.type else ""
        told = [f"provisioningStatusInfo/status eq {literal(which.status)}"] if which.status else []
        told += [f"sourceIdentity/identityType eq {literal(kind)}"] if kind else []
        own = {"job": which.job, "action": which.action, "object": which.object}
        query = [(f"ropeway-{name}", value) for name, value in own.items() if value is not None]
        query += _filtered([*told, *_since(which.since)])
        path = f"{GRAPH}/auditLogs/provisioning"
        return [one.view for one in self._graph.every(path, _Line, query=query, annotation=EVENT, limit=which.limit)]

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        """GET /auditLogs/directoryAudits, turned round: the latest last."""
        names = [f"contains(initiatedBy/{kind}/displayName,{literal(who or '')})" for kind in ("user", "app")]
        query = _filtered([*([f"({' or '.join(names)})"] if who else []), *_since(since)])
        path = f"{GRAPH}/auditLogs/directoryAudits"
        found = self._graph.every(path, _Act, query=query, annotation=ACT, limit=limit)
        return [one.view for one in reversed(found)]

    def sign_ins(
        self, *, who: str | None = None, since: str | None = None, failed: bool = False, limit: int = 100
    ) -> Sequence[SignInView]:
        """GET /auditLogs/signIns, turned round: the latest last."""
        names = [f"contains({kind}PrincipalName,{literal(who or '')})" for kind in ("user", "service")]
        told = [f"({' or '.join(names)})"] if who else []
        told += ["status/errorCode ne 0"] if failed else []
        query = _filtered([*told, *_since(since, "createdDateTime")])
        found = self._graph.every(f"{GRAPH}/auditLogs/signIns", _SignIn, query=query, limit=limit)
        return [one.view for one in reversed(found)]


def _since(since: str | None, when: str = "activityDateTime") -> list[str]:
    return [] if since is None else [f"{when} ge {moment(since):%Y-%m-%dT%H:%M:%SZ}"]


def _filtered(parts: list[str]) -> list[tuple[str, str]]:
    return [("$filter", " and ".join(parts))] if parts else []
