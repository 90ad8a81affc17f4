"""The logs, asked of Graph's auditLogs (graph-scim.md B8)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.calls import GRAPH
from ropeway.control.moments import moment
from ropeway.control.over_graph.graph import Graph, literal
from ropeway.control.protocol import AuditView, EventFilter, EventView

EVENT, ACT = "ropeway.event", "ropeway.act"


class _Line(msgspec.Struct, rename={"view": f"@{EVENT}"}):
    view: EventView


class _Act(msgspec.Struct, rename={"view": f"@{ACT}"}):
    view: AuditView


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


def _since(since: str | None) -> list[str]:
    return [] if since is None else [f"activityDateTime ge {moment(since):%Y-%m-%dT%H:%M:%SZ}"]


def _filtered(parts: list[str]) -> list[tuple[str, str]]:
    return [("$filter", " and ".join(parts))] if parts else []
