"""The plan of a job, for people: each change with what it replaces and what the directory would make of it."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import msgspec

from ropeway.control.protocol import ChangeView
from ropeway.engine.decisions import decision
from ropeway.engine.exporting import AT_ONCE, BEGIN, CARRIED, change_of
from ropeway.engine.planning import carries_links
from ropeway.engine.ports import Target
from ropeway.engine.records import Sendable
from ropeway.engine.redaction import hidden, without_secret
from ropeway.engine.references import links_change
from ropeway.engine.state import State
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Change, Effect, Kind
from ropeway.model.values import unpack
from ropeway.rules import Rules

LINKS_SHOWN = 50


def change_views(state: State, target: Target, rules: Rules, limit: int) -> list[ChangeView]:
    """The first changes of the plan, in the order in which they would be sent."""
    rows = state.plan_rows(limit)
    carried = _carried(state, rows)
    told = [_change(state, rules, row, carried) for row in rows]
    changes = [change for change, _ in told]
    effects = target.preview(changes)
    names = _names(state, changes)
    return [
        _view(row, effect, more, names, rules.redacted)
        for row, (_, more), effect in zip(rows, told, effects, strict=True)
    ]


def _carried(state: State, rows: list[Sendable]) -> set[int]:
    """New objects that are created with links, by number."""
    new = [row.entry.number for row in rows if carries_links(row.planned)]
    parts = (new[at : at + AT_ONCE] for at in range(0, len(new), AT_ONCE))
    return {link.owner for part in parts for link in state.pending_links(part, BEGIN, CARRIED * AT_ONCE)}


def _change(state: State, rules: Rules, row: Sendable, carried: Set[int]) -> tuple[Change, int]:
    """A row as it would be sent, with the first of its links, and how many links more there are."""
    change = change_of(row)
    if row.planned.kind is not Kind.LINKS and row.entry.number not in carried:
        return change, 0
    links, count = state.open_links(row.entry.number, LINKS_SHOWN)
    told = links_change(row.entry, rules.rule_for(row.entry.type), links)
    return msgspec.structs.replace(change, added=told.added, removed=told.removed), count - len(links)


def _names(state: State, changes: list[Change]) -> dict[str, str]:
    """What the other ends of links are called."""
    ends = {Anchor(e) for c in changes for part in (c.added, c.removed) for others in part.values() for e in others}
    return {anchor: entry.dn for anchor, entry in state.known(ends).items()} if ends else {}


def _view(row: Sendable, effect: Effect, more: int, names: dict[str, str], secret: Set[str]) -> ChangeView:
    planned, entry, change = row.planned, row.entry, effect.change
    exported: dict[str, Any] = unpack(entry.exported) if entry.exported else {}
    return ChangeView(
        kind=planned.kind.value,
        type=planned.type,
        object=entry.dn,
        anchor=entry.anchor,
        target=change.target,
        attributes=hidden(change.attributes, secret),
        before=hidden({name: exported[name] for name in change.attributes if name in exported}, secret),
        added={name: [names.get(e, e) for e in ends] for name, ends in change.added.items()},
        removed={name: [names.get(e, e) for e in ends] for name, ends in change.removed.items()},
        more_links=more,
        becomes=hidden(effect.becomes, secret),
        matched_by=decision(planned.decision).by,
        hold=planned.hold,
        problem=without_secret(effect.problem, secret),
    )
