"""Links as contributed: adding and removing them without reading the ones that are there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ropeway.directory import tables
from ropeway.directory.definition import LINKS
from ropeway.directory.flush import LOG, Details, Row, log
from ropeway.directory.workspace import Known, Workspace
from ropeway.model.anchors import Reference
from ropeway.model.changes import Change
from ropeway.store.constant import Placed
from ropeway.store.database import Database

_l = tables.link.c
_COLUMNS = ("object", "attribute", "reference", "job", "tenant")
_row: dict[str, Any] = {name: bindparam(name) for name in _COLUMNS}
_of = (_l.object == bindparam("object_"),)
_in = (*_of, _l.attribute == bindparam("attribute_"))
_remove = Placed(
    delete(tables.link).where(*_in, _l.reference == bindparam("reference_"), _l.job == bindparam("job_")),
    "object_", "attribute_", "reference_", "job_",
)  # fmt: skip
_add = {
    True: Placed(sqlite.insert(tables.link).values(_row).on_conflict_do_nothing(), *_COLUMNS),
    False: Placed(postgresql.insert(tables.link).values(_row).on_conflict_do_nothing(), *_COLUMNS),
}
"""By whether the database is SQLite."""
_clear = Placed(delete(tables.link).where(*_in, _l.job == bindparam("job_")), "object_", "attribute_", "job_")
_clear_all = Placed(delete(tables.link).where(*_in), "object_", "attribute_")
_forget = Placed(delete(tables.link).where(*_of, _l.job == bindparam("job_")), "object_", "job_")

ObjectLinks = tuple[int, str]
"""Object and reference attribute."""


def unknown_link(type_: str, change: Change) -> str | None:
    """A reference attribute that objects of this type do not have, or None."""
    return next((name for name in (*change.added, *change.removed) if name not in LINKS[type_]), None)


class Links:
    """The link changes of one job in one transaction: the last word on each link counts."""

    def __init__(self, work: Workspace, database: Database, job: int) -> None:
        self._work = work
        self._database = database
        self._job = job
        self._replaced: set[ObjectLinks] = set()
        self._wanted: dict[ObjectLinks, dict[str, bool]] = {}
        self._forgotten: list[tuple[int, int]] = []
        self._cleared: set[ObjectLinks] = set()
        self._changes: dict[int, list[tuple[Known, Details]]] = {}

    def change(self, known: Known, change: Change) -> None:
        """Take a change's links; an attribute with one value is replaced by what is added."""
        for attribute, references in change.removed.items():
            self._wanted.setdefault((known.number, attribute), {}).update(dict.fromkeys(references, False))
        for attribute, references in change.added.items():
            place = (known.number, attribute)
            if references and not LINKS[known.type][attribute].multivalued:
                self._replaced.add(place)
                self._wanted[place] = {references[-1]: True}
            else:
                self._wanted.setdefault(place, {}).update(dict.fromkeys(references, True))
        if change.added or change.removed:
            details = {"added": change.added, "removed": change.removed}
            self._changes.setdefault(known.number, []).append((known, {k: v for k, v in details.items() if v}))

    def replace(self, known: Known, attribute: str, references: list[Reference]) -> None:
        """Make these the only links of an attribute, whoever contributed the others; the log tells which end."""
        there = select(_l.reference).where(_l.object == known.number, _l.attribute == attribute).distinct()
        gone = [one for one in self._work.connection.execute(there).scalars() if one not in set(references)]
        self._cleared.add((known.number, attribute))
        self._wanted[(known.number, attribute)] = dict.fromkeys(references, True)
        details: Details = {"replaced": {attribute: references}}
        if gone:
            details["removed"] = {attribute: gone}
        self._changes.setdefault(known.number, []).append((known, details))

    def forget(self, number: int, job: int) -> None:
        """Drop every link a job contributed to an object."""
        self._forgotten.append((number, job))

    def details(self, number: int) -> Details:
        """What there is to log of an object's links, where it is one thing: to be logged with the object itself."""
        changes = self._changes.get(number, ())
        if len(changes) != 1:
            return {}
        return self._changes.pop(number)[0][1]

    def flush(self) -> None:
        """Write: whole removals first, then single ones, then additions; the log after that of the objects."""
        connection, job = self._work.connection, self._job
        _forget.run(connection, self._forgotten)
        _clear_all.run(connection, list(self._cleared))
        _clear.run(connection, [(*place, job) for place in self._replaced])
        added, removed = self._rows()
        _remove.run(connection, removed)
        _add[self._database.is_sqlite].run(connection, added)
        LOG.run(connection, [self._logged(*one) for changes in self._changes.values() for one in changes])

    def _rows(self) -> tuple[list[Row], list[Row]]:
        """Links to add, in the order of the table, and to remove."""
        tenant, job = self._work.tenant, self._job
        added: list[Row] = []
        removed: list[Row] = []
        for place in sorted(self._wanted):
            for reference, present in sorted(self._wanted[place].items()):
                if present:
                    added.append((*place, reference, job, tenant))
                else:
                    removed.append((*place, reference, job))
        return added, removed

    def _logged(self, known: Known, details: Details) -> Row:
        return log(self._work, known.id, known.type, "links", details)
