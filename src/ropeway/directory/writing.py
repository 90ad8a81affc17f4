"""One transaction of changes: drafts, uniqueness, rows, and what became free given back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from ropeway.directory import tables
from ropeway.directory.choosing import chosen
from ropeway.directory.computed import SYNCHRONISED, Claim, Standing
from ropeway.directory.drafts import Contributor, Draft, Refused, is_silent, provide, recomputed, revise, withdraw
from ropeway.directory.flush import flush, save_counters
from ropeway.directory.links import Links, unknown_link
from ropeway.directory.promotion import contact_again, move_links, own_addresses, with_contacts
from ropeway.directory.record import Record
from ropeway.directory.uniqueness import refusal, release, settle
from ropeway.directory.workspace import Known, Workspace, active
from ropeway.model.changes import Change, Kind
from ropeway.model.problems import Problem
from ropeway.store.statements import among

_LAST_SYNC = "onPremisesLastSyncDateTime"
_PROVIDING = (Kind.CREATE, Kind.ADOPT, Kind.RESTORE)

Answer = Known | Problem | None
"""The object a change led to, why not, or nothing left to do."""


def apply(work: Workspace, by: Contributor, changes: Sequence[Change], links: Links) -> list[Answer]:
    """Changes in memory, in order; each object occurs once, apart from link changes. Nothing is flushed."""
    known = work.known(by.job, (c.anchor for c in changes))
    targets = _load(work, changes, known)
    drafts = [_draft(work, by, change, known.get(change.anchor), targets) for change in changes]
    work.keys.fetch(c for d in drafts if isinstance(d, Draft) for c in (*d.claims, *own_addresses(d)))
    return [_applied(work, by, change, draft, links) for change, draft in zip(changes, drafts, strict=True)]


def _load(work: Workspace, changes: Sequence[Change], known: dict[str, Known]) -> dict[str, Record]:
    work.load(known[c.anchor].number for c in changes if c.kind is not Kind.LINKS and c.anchor in known)
    return work.by_ids(c.target for c in changes if c.kind in _PROVIDING and c.target and c.anchor not in known)


def _draft(
    work: Workspace, by: Contributor, change: Change, known: Known | None, targets: dict[str, Record]
) -> Draft | Problem | None:
    record = targets.get(change.target or "") if known is None else work.records.get(known.number)
    try:
        wrong = unknown_link(known.type if known else change.type, change)
        if wrong is not None:
            return Problem("attribute-unknown", change.anchor, wrong, details={"type": change.type})
        if change.kind in _PROVIDING:
            return provide(work, by, change, record)
        contribution = None if record is None else record.state.contributions.get((by.job, change.anchor))
        listens = active(contribution) or is_silent(contribution)
        if change.kind is Kind.DELETE:
            return withdraw(work, by.job, change.anchor, record) if record and listens else None
        if change.kind is not Kind.LINKS and record is not None and listens:
            return revise(work, by, change, record)
    except Refused as refused:
        return refused.problem
    return None


def _applied(work: Workspace, by: Contributor, change: Change, draft: Draft | Problem | None, links: Links) -> Answer:
    if isinstance(draft, Problem):
        return draft
    if draft is not None:
        if draft.choices:
            draft = chosen(work, (by.job, change.anchor), draft)
            if isinstance(draft, Problem):
                return draft
        draft = with_contacts(work, draft)
        problem = accept(work, draft)
        if problem is not None:
            return problem
        if draft.wanted.deleted is not None and (contact := contact_again(work, by, draft.record)) is not None:
            accept(work, contact)
        _remember(work, by.job, change.anchor, draft.record)
        for job in draft.forgotten:
            links.forget(draft.record.number, job)
    known = work.anchors.get((by.job, change.anchor))
    if change.kind is Kind.DELETE or (known is not None and known.standing == Standing.SILENT):
        return known
    if known is None or known.standing > Standing.PROVISIONS:
        return Problem("contribution-missing", change.anchor, details={"kind": change.kind.value})
    links.change(known, change)
    return known


def _remember(work: Workspace, job: int, anchor: str, record: Record) -> None:
    said = record.state.contributions.get((job, anchor))
    standing = Standing.DETACHED if said is None else said.standing
    work.anchors[(job, anchor)] = Known(record.number, record.id, record.type, standing)


def accept(work: Workspace, draft: Draft) -> Problem | None:
    """Make a draft the record's state, with what others hold withheld; or say why it cannot be."""
    record, wanted = draft.record, draft.wanted
    if wanted.deleted is not None:
        release(record, work.keys)
        record.state = wanted
        return None
    if not draft.forced:
        problem = refusal(work, record, wanted.properties, draft.name)
        if problem is not None:
            return problem
    state = settle(record, draft, work.keys, work.domains, work.time)
    _stamp(work, record, state.properties, state.properties.get(SYNCHRONISED) is True)
    if state != record.state:
        record.state = state
    work.records[record.number] = record
    return None


def _stamp(work: Workspace, record: Record, properties: dict[str, object], synchronised: bool) -> None:
    """Times of creation and of the last synchronization, which moves on only when something else changed."""
    before = record.state.properties
    properties["createdDateTime"] = before.get("createdDateTime") or work.time
    last = before.get(_LAST_SYNC)
    if last is not None:
        properties[_LAST_SYNC] = last
    if synchronised and properties != before:
        properties[_LAST_SYNC] = work.time


def store(work: Workspace, links: Links | None = None) -> None:
    """Flush, then give what became free to those who wait for it, until nothing becomes free any more."""
    move_links(work)
    if links is None:
        flush(work)
    else:
        flush(work, links.details)
    while freed := [c for c in work.keys.freed() if work.keys.holder(c) is None]:
        heirs = _heirs(work, freed)
        if not heirs:
            break
        work.load(heirs)
        drafts = [_again(work, work.records[number]) for number in heirs]
        work.keys.fetch(c for d in drafts for c in d.claims)
        for draft in drafts:
            accept(work, draft)
        flush(work)
    if links is not None:
        links.flush()
    save_counters(work)


def _again(work: Workspace, record: Record) -> Draft:
    wanted = recomputed(work, record, record.state.contributions)
    return Draft(record, wanted, record.name, forced=True)


def _heirs(work: Workspace, freed: Iterable[Claim]) -> list[int]:
    """Of each freed value the object that waits longest."""
    w, heirs = tables.waiting.c, dict[Claim, int]()
    by_name: dict[str, list[str]] = {}
    for name, value in freed:
        by_name.setdefault(name, []).append(value)
    for name, values in by_name.items():
        query = select(w.value, w.object).where(
            w.tenant == work.tenant, w.name == name, among(work.connection, w.value, values)
        )
        for value, number in work.connection.execute(query.order_by(w.since, w.object)):
            heirs.setdefault((name, value), number)
    return list(dict.fromkeys(heirs.values()))
