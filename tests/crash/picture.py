"""Everything a directory and a job's state hold, without what differs from run to run: ids, times, numbers, order."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import or_, select

from ropeway.control.in_process import InProcess, open_control
from ropeway.directory import tables
from ropeway.directory.record import said_attributes
from ropeway.store import tables as state
from ropeway.store.database import Database
from tests.crash.child import JOB

TIMES = {"createdDateTime", "onPremisesLastSyncDateTime", "deletedDateTime"}


def picture(url: str) -> dict[str, Any]:
    """Objects, contributions, links and unique values of the directory, and how the job says it stands."""
    control = open_control(url)
    database = Database(url)
    try:
        return _directory(database) | _job(control) | _state(database) | {"created twice": _created_twice(database)}
    finally:
        database.close()
        control.close()


def _directory(database: Database) -> dict[str, Any]:
    o, c, link = tables.object_, tables.contribution, tables.link
    with database.read() as connection:
        objects = connection.execute(select(o.c.number, o.c.properties, o.c.deleted)).all()
        contributions = connection.execute(select(c)).all()
        links = connection.execute(select(link)).all()
        keys = connection.execute(select(tables.key)).all()
    properties = {row.number: json.loads(row.properties) for row in objects}
    names = {row.object: row.anchor for row in sorted(contributions, key=lambda row: row.anchor)}
    return {
        "objects": sorted((names.get(n, ""), _steady(text), deleted is not None) for n, text, deleted in objects),
        "contributions": sorted(
            (r.anchor, names[r.object], r.precedence, r.standing, _said(r.attributes, properties[r.object]))
            for r in contributions
        ),
        "links": sorted((names.get(r.object, ""), r.attribute, r.reference, r.job) for r in links),
        "keys": sorted((r.name, r.value, names.get(r.object, "")) for r in keys),
    }


def _steady(text: str) -> str:
    return json.dumps({k: v for k, v in json.loads(text).items() if k not in TIMES}, sort_keys=True)


def _said(text: str, properties: dict[str, Any]) -> str:
    return json.dumps(said_attributes(text, properties), sort_keys=True)


def _job(control: InProcess) -> dict[str, Any]:
    view = control.job(JOB)
    return {
        "status": view.status,
        "entries": view.entries,
        "linked": view.linked,
        "open": (view.due, view.pending, view.held, view.escrowed),
        "running": view.running,
        "problems": view.problems,
    }


def _state(database: Database) -> dict[str, Any]:
    """What the job knows of each source object and link, and what it believes the directory to have.

    Tombstones with nothing left to do are left out: how long they are kept depends on the number of full reads.
    """
    e, link = state.entry.c, state.link.c
    lives = or_(e.live, e.target.is_not(None))
    columns = (e.anchor, e.type, e.dn, e.live, e.in_scope, e.reason, e.target_type, e.exported, e.target.is_not(None))
    ends = (e.anchor, link.attribute, link.other, link.present, link.exported, link.hold.is_not(None))
    links = select(*ends).join(state.link, link.owner == e.number)
    change = state.change
    plan = select(e.anchor, change.c.kind, change.c.hold.is_not(None)).join(state.entry, e.number == change.c.entry)
    with database.read() as c:
        return {
            "known": sorted(map(tuple, c.execute(select(*columns).where(lives)))),
            "known links": sorted(map(tuple, c.execute(links.where(lives)))),
            "plan": sorted(map(tuple, c.execute(plan))),
            "watermark": c.scalar(select(state.job.c.watermark)) is not None,
        }


def _created_twice(database: Database) -> list[str]:
    log = tables.change
    with database.read() as connection:
        born = connection.execute(select(log.c.id).where(log.c.action == "created")).scalars()
        return [id_ for id_, times in Counter(born).items() if times > 1]
