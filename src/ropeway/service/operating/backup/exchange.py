"""The rows of a state for those of a backup, within one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, text, update

from ropeway.control.holder import user_here
from ropeway.directory import tables as hub
from ropeway.service.operating.backup.archive import Block, Header
from ropeway.service.operating.backup.counters import last_numbers, not_before
from ropeway.service.operating.backup.filling import Filling, empty
from ropeway.service.operating.backup.reading import Told
from ropeway.service.operating.backup.tables import FLEETING, IDENTITIES, in_backup
from ropeway.store import trail
from ropeway.store.bell import ring
from ropeway.store.tables import lease
from ropeway.store.trail import Act

JUMP = 1_000_000_000
"""By how much the directory's change log goes on further: more than anybody can have been told since the backup."""


class Exchange:
    """What a restore does to a database."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._names = in_backup(c)

    def shut_out(self) -> None:
        """Keep everybody else from writing; SQLite did so when the transaction began."""
        if self._c.dialect.name == "postgresql":
            quote = self._c.dialect.identifier_preparer.quote
            names = ", ".join(quote(name) for name in [*self._names, *FLEETING])
            self._c.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))

    def run(self, file: str, blocks: Iterable[Block], header: Header, *, identities: bool, told: Told) -> None:
        """Exchange everything; who may do what and who did (`tables.IDENTITIES`) only where asked."""
        c, left = self._c, frozenset[str]() if identities else IDENTITIES
        numbers = last_numbers(c, [*self._names, *FLEETING])
        epochs: dict[int, int] = {row.job: row.epoch for row in c.execute(select(lease.c.job, lease.c.epoch))}
        positions = _positions(c)
        empty(c, [*(name for name in self._names if name not in left), *FLEETING, hub.change.name])
        filling = Filling(c, file, without=left)
        filling.run(blocks, lambda done: told("restore", done, header.rows))
        not_before(c, {name: max(last, numbers.get(name, 0)) for name, last in filling.last.items()})
        _shut_out_holders(c, epochs)
        _go_on_after(c, positions)
        _note(c, header, filling.rows)
        ring(c)


def _shut_out_holders(c: Connection, epochs: Mapping[int, int]) -> None:
    """Whoever believes to have a job, here or in the backup, is told otherwise by its next write."""
    for row in c.execute(select(lease.c.job, lease.c.epoch)).all():
        epoch = max(row.epoch, epochs.get(row.job, 0)) + 1
        c.execute(update(lease).where(lease.c.job == row.job).values(epoch=epoch, holder=""))


def _positions(c: Connection) -> dict[int, tuple[int, int]]:
    """By tenant: the change log's last sequence, the last number of an object."""
    rows = c.execute(select(hub.directory.c.tenant, hub.directory.c.sequence, hub.directory.c.last_object))
    return {row.tenant: (row.sequence, row.last_object) for row in rows}


def _go_on_after(c: Connection, before: Mapping[int, tuple[int, int]]) -> None:
    """Readers of the change log begin anew (`changes-forgotten`), and no object's number is used again."""
    for number, (sequence, last) in _positions(c).items():
        old_sequence, old_last = before.get(number, (0, 0))
        values = {"sequence": max(sequence, old_sequence) + JUMP, "last_object": max(last, old_last)}
        c.execute(update(hub.directory).where(hub.directory.c.tenant == number).values(**values))


def _note(c: Connection, header: Header, rows: int) -> None:
    """The restore itself is an administrative act."""
    details = {"taken": header.time, "program": header.program, "rows": rows}
    trail.note_everywhere(c, Act(time.time(), user_here(), "service.restore", header.tenant, "success", details))
