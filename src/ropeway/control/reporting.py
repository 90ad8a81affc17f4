"""The report before the first run: every object in scope looked at, nothing written to the directory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection

from ropeway.control.protocol import FindingView, OnProgress, Progress, ReportView
from ropeway.directory import Directory
from ropeway.directory.holders import Holder, holders_of_addresses, holders_of_names
from ropeway.directory.validation import Invalid, missing, normalised
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.scoping import Places, Scoping
from ropeway.engine.work import filetime
from ropeway.model.changes import Desired
from ropeway.model.problems import Problem, known
from ropeway.model.values import compare_key
from ropeway.report.collected import Collected, Wanted
from ropeway.report.duplicates import ADDRESS, NAME, anchor_of, find_duplicates, wanted_of
from ropeway.report.examining import Domains, Examined, examine
from ropeway.report.finding import Error, Finding, readable
from ropeway.rules import MappingFailed, Rules, TypeRule
from ropeway.store import looking, reporting
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.reporting import Candidate
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

PORTION = 800
"""Objects looked at together."""

HELD, LINKED, NEW, DISABLED = 0, 10, 20, 30
"""Who should keep a value that two want: who has it in the directory, who is there already, who is enabled."""

Each = Callable[[FindingView], None]


class Reporting:
    """One report about one job, beside the other jobs of its tenant."""

    def __init__(self, database: Database, directory: Directory, tenant: int, clock: Callable[[], float] = time.time):
        self._db = database
        self._tenant = tenant
        self._now = filetime(clock())
        verified = [d for d in directory.domains() if d.verified]
        self._domains = Domains(
            frozenset(compare_key(d.name) for d in verified), tuple(d.name for d in verified if not d.initial)
        )
        self._examined = 0

    def run(
        self,
        about: tuple[JobRow, Rules],
        others: Sequence[tuple[JobRow, Rules]],
        *,
        limit: int,
        each: Each | None,
        progress: OnProgress | None,
    ) -> ReportView:
        """Look at everything, then tell it, the gravest first; `each` gets every finding, the view the first few."""
        collected = Collected()
        try:
            self._gather(collected, about, others, progress)
            with self._db.read() as c:
                find_duplicates(collected, lambda kind, key: kind == NAME and bool(self._names(c, [key])))
            return self._told(collected, about[0].name, limit, each)
        finally:
            collected.close()

    def _gather(
        self,
        collected: Collected,
        about: tuple[JobRow, Rules],
        others: Sequence[tuple[JobRow, Rules]],
        progress: OnProgress | None,
    ) -> None:
        row, rules = about
        key = Key(tenant=self._tenant, job=row.number)
        with self._db.read() as c:
            total = sum(looking.counts(c, key)["entries"].values())
            collected.find(_unreadable(problem) for problem in reporting.unreadable(c, key))
        for part in self._objects(row, rules, linked=True):
            self._examined += len(part)
            collected.find(finding for _, one in part for finding in examine(one, self._domains, refusals))
            collected.want(anchor_of(one, found.entry.number, found.entry.source_anchor) for found, one in part)
            self._want(collected, [w for candidate, one in part for w in _wanted(candidate, one)])
            if progress is not None:
                progress(Progress("report", self._examined, total))
        for other, its_rules in others:
            for part in self._objects(other, its_rules, linked=False):
                collected.want(w for candidate, one in part for w in _wanted(candidate, one, other.name))

    def _want(self, collected: Collected, wanted: list[Wanted]) -> None:
        """Note what these objects want, and who has it in the directory already."""
        collected.want(wanted)
        with self._db.read() as c:
            names = [w.key for w in wanted if w.kind == NAME and w.key.isprintable()]
            addresses = [w.key for w in wanted if w.kind == ADDRESS and w.key.isprintable()]
            collected.want(_held(NAME, holder) for holder in self._names(c, names))
            collected.want(_held(ADDRESS, holder) for holder in holders_of_addresses(c, self._tenant, addresses))

    def _names(self, c: Connection, names: Sequence[str]) -> list[Holder]:
        return holders_of_names(c, self._tenant, names)

    def _objects(self, row: JobRow, rules: Rules, *, linked: bool) -> Iterator[list[tuple[Candidate, Examined]]]:
        """A job's objects in portions; memory holds one of them."""
        key = Key(tenant=self._tenant, job=row.number)
        state = SqlState(self._db, self._tenant, row.number)
        places = Places(state, row.settings.scope, rules)
        scoping = Scoping(state, row.settings.scope, rules)
        setting = Setting(self._now, row.id)
        after = 0
        while True:
            with self._db.read() as c:
                found = reporting.candidates(c, key, after, PORTION, linked=linked)
            if not found:
                return
            after = found[-1].entry.number
            scoping.members([candidate.entry.anchor for candidate in found])
            yield [
                pair
                for candidate in found
                if (pair := self._one(candidate, places, scoping, rules, setting)) is not None
            ]

    def _one(
        self, candidate: Candidate, places: Places, scoping: Scoping, rules: Rules, setting: Setting
    ) -> tuple[Candidate, Examined] | None:
        entry, aside = candidate.entry, candidate.escrow
        rule = rules.rule_for(entry.type)
        if rule is None or (aside is not None and aside.stage == "import"):
            return None
        place = places.of(entry)
        attributes = source_attributes(entry, place.dn, setting)
        scoping.tell(entry, place, attributes)
        joins_by, desired = "", None
        failure = aside.problem if aside is not None and aside.stage == "match" else None
        try:
            rule = rule.applied(attributes)
            mapped = rule.map(attributes)
            desired = {name: mapped[name] for name in mapped if mapped[name] is not None and name[0] != "@"}
            joins_by = dict(rule.match_candidates(mapped)).get("mail", "")
        except MappingFailed as failed:
            failure = failed.problem
        one = Examined(
            dn=place.dn,
            type=entry.type,
            target_type=rule.target_type,
            attributes=attributes,
            desired=desired,
            sources={flow.target.name: flow.reads for flow in rule.flows},
            failure=failure,
            members=candidate.members,
            joins_by=joins_by,
            secret=_secret(rule) if rules.redacted else frozenset(),
        )
        return candidate, one

    def _told(self, collected: Collected, job: str, limit: int, each: Each | None) -> ReportView:
        findings = map(_view, collected.findings())
        first = list(islice(findings, limit))
        if each is not None:
            for finding in (*first, *findings):
                each(finding)
        return ReportView(
            job=job,
            examined=self._examined,
            counts={f"{severity} {error}": n for (severity, error), n in sorted(collected.counts.items())},
            findings=tuple(first),
        )


def _secret(rule: TypeRule) -> frozenset[str]:
    """Attributes of source and target whose values nobody may see."""
    return frozenset[str]().union(*({flow.target.name, *flow.reads} for flow in rule.flows if flow.redacted))


def refusals(type_: str, desired: Desired) -> list[Problem]:
    """What the directory would refuse, attribute by attribute."""
    found: list[Problem] = []
    try:
        normalised(type_, desired)
    except Invalid:
        for name, value in desired.items():
            try:
                normalised(type_, {name: value})
            except Invalid as invalid:
                found.append(invalid.problem(""))
    required = missing(type_, desired)
    if required is not None:
        found.append(Problem("attribute-required", attribute=required, details={"type": type_}))
    return found


def _wanted(candidate: Candidate, one: Examined, job: str = "") -> Iterator[Wanted]:
    linked = candidate.entry.target is not None
    enabled = (one.desired or {}).get("accountEnabled", True)
    rank = LINKED if linked else NEW if enabled else DISABLED
    owner = readable(one.dn) + (f" (job {job})" if job else "")
    return wanted_of(one, candidate.becomes, rank, owner, job=job)


def _held(kind: str, holder: Holder) -> Wanted:
    return Wanted(
        kind, holder.value, holder.id, HELD, f"{readable(holder.name)} (in the directory)", None, "(in the directory)"
    )


def _unreadable(problem: Problem) -> Finding:
    said = ", ".join(f"{key} {readable(value)}" for key, value in problem.details.items())
    return Finding(
        known(problem.code).severity,
        Error.UNREADABLE,
        readable(problem.object),
        "",
        problem.attribute,
        problem.value,
        remark=f"{problem.code}: {said}" if said else problem.code,
    )


def _view(finding: Finding) -> FindingView:
    fields: dict[str, Any] = msgspec.to_builtins(finding)
    return FindingView(**fields)
