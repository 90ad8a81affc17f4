"""Explain, with what the directory shows beside what the job wants."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ropeway.control.protocol import EventView, ExplainView, ObjectType
from ropeway.directory import Directory
from ropeway.engine.explaining import Explaining
from ropeway.engine.records import Entry
from ropeway.model.problems import RopewayError
from ropeway.rules import Rules
from ropeway.store import looking
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.state import SqlState

PLURALS: dict[str, ObjectType] = {"user": "users", "group": "groups", "contact": "contacts", "device": "devices"}
LINKS_SHOWN = 50


def explain(
    database: Database,
    directory: Directory,
    tenant: int,
    row: JobRow,
    rules: Rules,
    entry: Entry,
    events: Sequence[EventView],
) -> ExplainView:
    """One object of one job."""
    told = Explaining(row.settings, rules, SqlState(database, tenant, row.number), time.time()).of(entry)
    shown = _in_directory(directory, entry)
    with database.read() as c:
        links = looking.links_for_people(c, entry.number, LINKS_SHOWN)
    return ExplainView(
        object=entry.dn,
        anchor=entry.anchor,
        type=entry.type,
        job=row.name,
        state=told.state,
        steps=tuple(told.steps),
        attributes=tuple({**line, "directory": shown.get(line["target"])} for line in told.attributes),
        links=tuple(_link(*link) for link in links),
        problems=tuple(told.problems),
        events=tuple(events),
    )


def _in_directory(directory: Directory, entry: Entry) -> dict[str, Any]:
    if entry.target is None or entry.target_type not in PLURALS:
        return {}
    try:
        return directory.show_object(PLURALS[entry.target_type], entry.target)
    except RopewayError:
        return {}


def _link(attribute: str, other: str, dn: str | None, present: bool, exported: bool) -> dict[str, Any]:
    state = {(True, True): "exported", (True, False): "to be added", (False, True): "to be removed"}
    return {
        "attribute": attribute,
        "other": dn or other,
        "state": state.get((present, exported), "gone") if dn else "unresolved",
    }
