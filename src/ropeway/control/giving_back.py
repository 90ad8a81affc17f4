"""An object that is given back to its jobs: each matches it anew with its next cycle, and tells its links once more."""

from __future__ import annotations

from collections.abc import Callable

from ropeway.control.compiled import compiled
from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run
from ropeway.control.room import room
from ropeway.control.running import dead_holders
from ropeway.engine.exporting import BEGIN, LINKS
from ropeway.engine.records import Entry, Imported
from ropeway.engine.references import links_change
from ropeway.model.anchors import Anchor
from ropeway.rules import TypeRule
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.state import SqlState

KeepLinks = Callable[[set[tuple[str, str]]], None]
"""Told the links that the source has by now, by attribute and reference: the others of the job go."""


def tell_anew(database: Database, tenant: int, row: JobRow, anchor: Anchor, keep: KeepLinks) -> None:
    """One object of a job; RopewayError `job-is-running` where somebody does not let go of it in time.

    What the job said of its links while the cloud was master is taken for told: so it is forgotten here.
    """
    with a_run() as holder:
        state = SqlState(database, tenant, row.number)

        def take() -> None:
            state.acquire(holder, dead_holders(database, tenant, row.number))

        with room(database, row.number, take), heartbeat(state.renew):
            try:
                entry = state.known([anchor]).get(anchor)
                if entry is not None:
                    state.forget_targets_of([entry.number])
                    keep(_links(state, entry, compiled(row.settings).rules.rule_for(entry.type)))
                    state.store(Imported(generation=state.record().generation, due={anchor: 1}))
            finally:
                state.release()


def _links(state: SqlState, entry: Entry, rule: TypeRule | None) -> set[tuple[str, str]]:
    """What the target is about to be told of: nothing counts as told by now."""
    found, after = set[tuple[str, str]](), BEGIN
    while links := state.pending_links([entry.number], after, LINKS):
        added = links_change(entry, rule, links).added
        found.update((attribute, one) for attribute, references in added.items() for one in references)
        after = (links[-1].owner, links[-1].attribute, links[-1].other)
    return found
