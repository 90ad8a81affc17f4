"""Agents in SQL: who they are, when they were last heard of, and that they are removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, or_, select, update

from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import tokens
from ropeway.store.bell import ring
from ropeway.store.service_tables import agent, call

ACTIVE_FOR = 90.0
"""Seconds after its last sign of life for which an agent counts as active: three heartbeats."""

Status = Literal["active", "inactive", "removed"]


class AgentRow(NamedTuple):
    """An agent as it is stored."""

    id: str
    tenant: int
    name: str
    """Of its machine."""
    domain: str
    certificate: str
    fingerprint: str
    expires: float
    """When its certificate does."""
    removed: float | None
    version: str
    address: str
    trace: str
    registered: float
    seen: float

    @property
    def subject(self) -> str:
        """Whom a session of it speaks for: its id and its domain."""
        return f"{self.id} {self.domain}"

    def status(self, now: float) -> Status:
        """Heard of lately, not heard of, or removed."""
        if self.removed is not None:
            return "removed"
        return "active" if now - self.seen < ACTIVE_FOR else "inactive"


_COLUMNS = [agent.c[name] for name in AgentRow._fields]


class Standing(NamedTuple):
    """How many agents a domain has, removed ones not counted."""

    registered: int
    active: int


class Seen(NamedTuple):
    """A sign of life."""

    id: str
    time: float
    version: str
    address: str


def add(c: Connection, row: AgentRow) -> None:
    """A new agent."""
    c.execute(agent.insert().values(row._asdict()))
    ring(c)


def every(c: Connection, tenant: int) -> list[AgentRow]:
    """All agents by domain and name, those removed as well."""
    found = select(*_COLUMNS).where(agent.c.tenant == tenant).order_by(agent.c.domain, agent.c.name, agent.c.registered)
    return [AgentRow(*row) for row in c.execute(found)]


def find(c: Connection, tenant: int, name_or_id: str) -> AgentRow:
    """The agent of that id, or the one agent of that name that is not removed; RopewayError `agent-unknown`."""
    named = and_(agent.c.name == name_or_id, agent.c.removed.is_(None))
    for which in (agent.c.id == name_or_id, named):
        rows = c.execute(select(*_COLUMNS).where(agent.c.tenant == tenant, which)).all()
        if len(rows) == 1:
            return AgentRow(*rows[0])
    raise RopewayError(Problem("agent-unknown", object=shown(name_or_id)))


def by_fingerprint(c: Connection, tenant: int, fingerprint: str) -> AgentRow | None:
    """The agent whose certificate, or next certificate, that is."""
    mine = or_(agent.c.fingerprint == fingerprint, agent.c.next_fingerprint == fingerprint)
    row = c.execute(select(*_COLUMNS).where(agent.c.tenant == tenant, mine)).one_or_none()
    return AgentRow(*row) if row else None


def standing(c: Connection, tenant: int, domain: str, now: float, within: float = ACTIVE_FOR) -> Standing:
    """How many agents could read a domain, having been heard of within so many seconds."""
    active = func.count().filter(agent.c.seen > now - within)
    mine = (agent.c.tenant == tenant, agent.c.domain == domain, agent.c.removed.is_(None))
    return Standing(*c.execute(select(func.count(), active).where(*mine)).one())


def heard(c: Connection, tenant: int, domain: str, now: float) -> str:
    """The agents of a domain and how long ago each was heard of, in words for a problem; the last one first."""
    mine = (agent.c.tenant == tenant, agent.c.domain == domain, agent.c.removed.is_(None))
    rows = c.execute(select(agent.c.name, agent.c.id, agent.c.seen).where(*mine).order_by(agent.c.seen.desc()).limit(5))
    return ", ".join(f"{row.name} ({row.id}) {max(now - row.seen, 0):.0f} s ago" for row in rows)


def saw(c: Connection, signs: Sequence[Seen]) -> None:
    """Signs of life of many agents at once."""
    if signs:
        c.execute(
            _saw, [{"b_id": s.id, "b_time": s.time, "b_version": s.version, "b_address": s.address} for s in signs]
        )


_saw = (
    update(agent)
    .where(agent.c.id == bindparam("b_id"))
    .values(seen=bindparam("b_time"), version=bindparam("b_version"), address=bindparam("b_address"))
)


def remove(c: Connection, row: AgentRow, now: float) -> None:
    """It is nobody any more: its sessions end, and what it works on is open for others."""
    c.execute(update(agent).where(_is(row), agent.c.removed.is_(None)).values(removed=now))
    tokens.revoke(c, "agent-session", row.subject)
    c.execute(update(call).where(call.c.agent == row.id, call.c.state == "taken").values(state="open", agent=""))
    ring(c)


def sweep(c: Connection, now: float) -> None:
    """Forget agents that were removed, once their certificate has expired: nobody can come as one of them any more."""
    c.execute(delete(agent).where(agent.c.removed.is_not(None), agent.c.expires < now))


def set_trace(c: Connection, row: AgentRow, level: str) -> None:
    """How much it writes into its own log."""
    c.execute(update(agent).where(_is(row)).values(trace=level))
    ring(c)


def offer_next(c: Connection, id_: str, certificate: str, fingerprint: str) -> None:
    """Another certificate, good beside the present one until it is used."""
    c.execute(update(agent).where(agent.c.id == id_).values(next_certificate=certificate, next_fingerprint=fingerprint))


def adopt_next(c: Connection, id_: str, fingerprint: str, expires: float) -> None:
    """The next certificate was used: the one before is worth nothing any more."""
    mine = (agent.c.id == id_, agent.c.next_fingerprint == fingerprint)
    fresh = {"certificate": agent.c.next_certificate, "fingerprint": fingerprint, "expires": expires}
    c.execute(update(agent).where(*mine).values(**fresh, next_certificate="", next_fingerprint=None))


def removals(c: Connection, tenant: int) -> int:
    """How many agents were ever removed: another number means that somebody must go."""
    return c.scalar(select(func.count(agent.c.removed)).where(agent.c.tenant == tenant)) or 0


class Brief(NamedTuple):
    """What an agent is told in its heartbeats."""

    trace: str
    expires: float


def briefs(c: Connection, tenant: int) -> dict[str, Brief]:
    """Of every agent that is not removed, by id."""
    found = select(agent.c.id, agent.c.trace, agent.c.expires)
    rows = c.execute(found.where(agent.c.tenant == tenant, agent.c.removed.is_(None)))
    return {row.id: Brief(row.trace, row.expires) for row in rows}


def _is(row: AgentRow) -> ColumnElement[bool]:
    return agent.c.id == row.id
