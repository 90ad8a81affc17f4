"""Links as contributed: adding and removing them without reading the ones that are there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ClauseElement, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from ropeway.directory import tables
from ropeway.directory.definition import LINKS
from ropeway.directory.flush import LOG, log
from ropeway.directory.workspace import Known, Workspace
from ropeway.model.anchors import Reference
from ropeway.model.changes import Change
from ropeway.store.database import Database
from ropeway.store.statements import Rows, run

_remove = delete(tables.link).where(
    tables.link.c.object == bindparam("object_"),
    tables.link.c.attribute == bindparam("attribute_"),
    tables.link.c.reference == bindparam("reference_"),
    tables.link.c.job == bindparam("job_"),
)
_add_sqlite = sqlite.insert(tables.link).on_conflict_do_nothing()
_add_postgresql = postgresql.insert(tables.link).on_conflict_do_nothing()
_clear = delete(tables.link).where(
    tables.link.c.object == bindparam("object_"),
    tables.link.c.attribute == bindparam("attribute_"),
    tables.link.c.job == bindparam("job_"),
)
_clear_all = delete(tables.link).where(
    tables.link.c.object == bindparam("object_"), tables.link.c.attribute == bindparam("attribute_")
)
_forget = delete(tables.link).where(
    tables.link.c.object == bindparam("object_"), tables.link.c.job == bindparam("job_")
)

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
        self._changes: list[tuple[Known, dict[str, Any]]] = []

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
            self._changes.append((known, {"added": change.added, "removed": change.removed}))

    def replace(self, known: Known, attribute: str, references: list[Reference]) -> None:
        """Make these the only links of an attribute, whoever contributed the others."""
        self._cleared.add((known.number, attribute))
        self._wanted[(known.number, attribute)] = dict.fromkeys(references, True)
        self._changes.append((known, {"replaced": {attribute: references}}))

    def forget(self, number: int, job: int) -> None:
        """Drop every link a job contributed to an object."""
        self._forgotten.append((number, job))

    def flush(self) -> None:
        """Write: whole removals first, then single ones, then additions; the log after that of the objects."""
        connection, tenant, job = self._work.connection, self._work.tenant, self._job
        added: list[dict[str, Any]] = []
        removed: list[dict[str, Any]] = []
        for (number, attribute), references in self._wanted.items():
            for reference, present in references.items():
                if present:
                    added.append(
                        {"object": number, "attribute": attribute, "reference": reference, "job": job, "tenant": tenant}
                    )
                else:
                    removed.append({"object_": number, "attribute_": attribute, "reference_": reference, "job_": job})
        steps: list[tuple[ClauseElement, Rows]] = [
            (_forget, [{"object_": number, "job_": of} for number, of in self._forgotten]),
            (_clear_all, [{"object_": number, "attribute_": attribute} for number, attribute in self._cleared]),
            (
                _clear,
                [{"object_": number, "attribute_": attribute, "job_": job} for number, attribute in self._replaced],
            ),
            (_remove, removed),
            (_add_sqlite if self._database.is_sqlite else _add_postgresql, sorted(added, key=_place)),
            (LOG, [self._logged(*change) for change in self._changes]),
        ]
        for statement, rows in steps:
            run(connection, statement, rows)

    def _logged(self, known: Known, details: dict[str, Any]) -> dict[str, Any]:
        return log(self._work, known.id, known.type, "links", details)


def _place(row: dict[str, Any]) -> tuple[int, str]:
    return row["object"], row["reference"]
