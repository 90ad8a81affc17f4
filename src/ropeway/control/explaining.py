"""Explain: one object's story by its job, with what other jobs and the directory have to say."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence, Set
from typing import Any

import msgspec

from ropeway.control.attribute_stories import BY_HAND, Known, attribute_stories, job_names
from ropeway.control.link_stories import link_stories
from ropeway.control.protocol import EventView, ExplainView
from ropeway.control.views import iso
from ropeway.directory import Directory
from ropeway.directory.holders import holders_of_addresses, holders_of_names
from ropeway.directory.names import Domains
from ropeway.directory.opinions import Said
from ropeway.engine.explaining import Explaining, Explanation
from ropeway.engine.records import Entry
from ropeway.model.problems import Problem
from ropeway.model.values import compare_key
from ropeway.rules import Rules
from ropeway.store import explaining, looking
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

LINKS_SHOWN = 50


class Explainer:
    """Explains objects of a tenant's jobs."""

    def __init__(self, database: Database, directory: Directory, tenant: int, names: Mapping[int, str]) -> None:
        self._db = database
        self._directory = directory
        self._tenant = tenant
        self._names = job_names(names)

    def of_job(self, row: JobRow, rules: Rules, entry: Entry, events: Sequence[EventView]) -> ExplainView:
        """One object of one job."""
        state = SqlState(self._db, self._tenant, row.number)
        target = self._directory.target(row.number, precedence=row.settings.precedence)
        told = Explaining(row.settings, rules, state, time.time(), target, row.id).of(entry)
        key = Key(tenant=self._tenant, job=row.number)
        with self._db.read() as c:
            next_time = explaining.next_decision(c, key, entry.number)
            held = _hold_problems(told, looking.holds(c, key))
        return self.whole(row, rules, entry, told, events, next_time=next_time, problems=held)

    def whole(
        self,
        row: JobRow,
        rules: Rules,
        entry: Entry,
        told: Explanation,
        events: Sequence[EventView] = (),
        *,
        next_time: float | None = None,
        problems: Sequence[Problem] = (),
    ) -> ExplainView:
        """What the engine tells, with where the object is, its links, and what others say of it."""
        said = self._directory.said_of(entry.target) if entry.target else None
        known = self._known((row.number, entry.anchor), said, rules.redacted)
        return ExplainView(
            object=entry.dn,
            anchor=entry.anchor,
            type=entry.type,
            job=row.name,
            state=told.state,
            steps=tuple(told.steps),
            target=entry.target,
            attributes=tuple(attribute_stories(told.attributes, said, known)),
            links=tuple(self._links(row, rules, entry, known)),
            contributors=tuple(_contributors(said, known)),
            next_decision=iso(next_time),
            problems=(*told.problems, *problems),
            events=tuple(events),
        )

    def of_directory(self, said: Said, events: Sequence[EventView] = ()) -> ExplainView:
        """An object of the directory that no job's source has (any more)."""
        known = self._known((-1, ""), said)
        name = next((said.properties[n] for n in ("userPrincipalName", "displayName") if n in said.properties), said.id)
        where = "in the recycle bin" if said.deleted else "lives in the cloud alone"
        return ExplainView(
            object=str(name),
            anchor=said.id,
            type=said.type,
            job=BY_HAND,
            state=where,
            steps=({"stage": "import", "outcome": "no job's source has this object", "rule": "", "details": []},),
            target=said.id,
            attributes=tuple(attribute_stories((), said, known)),
            contributors=tuple(_contributors(said, known)),
            events=tuple(events),
        )

    def _known(self, own: tuple[int, str], said: Said | None, secret: Set[str] = frozenset()) -> Known:
        with self._db.read() as c:
            dns = explaining.dns_of(
                c, self._tenant, [(one.job, one.anchor) for one in said.contributors] if said else []
            )
        views = self._directory.domains()
        initial = next(d.name for d in views if d.initial)
        domains = Domains(initial, frozenset(compare_key(d.name) for d in views if d.verified))
        return Known(own, self._names, dns, domains, self._holder, secret)

    def _holder(self, attribute: str, value: str) -> str:
        ask = holders_of_names if attribute == "userPrincipalName" else holders_of_addresses
        with self._db.read() as c:
            return next((holder.name for holder in ask(c, self._tenant, [compare_key(value)])), "")

    def _links(self, row: JobRow, rules: Rules, entry: Entry, known: Known) -> list[dict[str, Any]]:
        rule = rules.rule_for(entry.type)
        said = self._directory.links_said(entry.target, LINKS_SHOWN) if entry.target else []
        with self._db.read() as c:
            ends = explaining.link_ends(c, Key(tenant=self._tenant, job=row.number), entry.number, LINKS_SHOWN)
            dns = explaining.dns_of(c, self._tenant, [(one.job, one.reference) for one in said])
        targets, withheld = rule.references if rule else {}, entry.withheld.split()
        return link_stories(ends, said, targets, known.names, dns, withheld)[:LINKS_SHOWN]


def _contributors(said: Said | None, known: Known) -> list[dict[str, Any]]:
    return [
        msgspec.to_builtins(one)
        | {"job": known.job(one.job), "object": known.dns.get((one.job, one.anchor), one.anchor)}
        for one in (said.contributors if said else ())
    ]


def _hold_problems(told: Explanation, holds: Sequence[looking.Hold]) -> list[Problem]:
    """Why planned changes of the object wait, each hold once."""
    numbers = {step["hold"] for step in told.steps if step.get("hold") is not None}
    return [hold.cause for hold in holds if hold.number in numbers and hold.approved is None]
