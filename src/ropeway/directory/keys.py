"""Who holds which unique value, within one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from ropeway.directory import tables
from ropeway.directory.computed import Claim
from ropeway.directory.portions import slices
from ropeway.store.constant import Placed, any_of, inserting

_k = tables.key.c
_mine = (_k.tenant == bindparam("tenant_"), _k.name == bindparam("name_"))
_holders = select(_k.value, _k.object).where(*_mine, any_of(_k.value, "values"))
_insert = inserting(tables.key, "tenant", "name", "value", "object")
_delete = Placed(delete(tables.key).where(*_mine, _k.value == bindparam("value_")), "tenant_", "name_", "value_")


class Keys:
    """The holders of unique values as the database has them, with this transaction's changes on top."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self.connection = connection
        self._tenant = tenant
        self._held: dict[Claim, int | None] = {}
        self._freed: set[Claim] = set()
        self._stored: dict[Claim, int | None] = {}
        """Of the values that changed hands: who holds them in the database."""

    def fetch(self, claims: Iterable[Claim]) -> None:
        """Ask the database about all of these at once; what is known already is not asked again."""
        unknown: dict[Claim, int | None] = dict.fromkeys(claim for claim in claims if claim not in self._held)
        self._held.update(unknown)
        by_name: dict[str, list[str]] = {}
        for name, value in unknown:
            by_name.setdefault(name, []).append(value)
        for name, values in by_name.items():
            for part in slices(values):
                asked = {"tenant_": self._tenant, "name_": name, "values": part}
                for value, holder in self.connection.execute(_holders, asked):
                    self._held[(name, value)] = holder

    def known(self, claims: Iterable[Claim], number: int) -> None:
        """Learn from a loaded object what it holds."""
        for claim in claims:
            self._held.setdefault(claim, number)

    def holder(self, claim: Claim) -> int | None:
        """The object that holds a value now, or None."""
        if claim not in self._held:
            self.fetch((claim,))
        return self._held[claim]

    def take(self, claim: Claim, number: int) -> None:
        """Give a value to an object; it was free, or its own already."""
        before = self._held[claim]
        if before != number:
            self._stored.setdefault(claim, before)
            self._held[claim] = number
            self._freed.discard(claim)

    def free(self, claim: Claim, number: int) -> None:
        """Take a value from an object, if it is the holder."""
        if self.holder(claim) == number:
            self._stored.setdefault(claim, number)
            self._held[claim] = None
            self._freed.add(claim)

    def freed(self) -> set[Claim]:
        """Values that became free since this was last asked, and still are."""
        freed, self._freed = self._freed, set()
        return freed

    def flush(self) -> None:
        """Write what changed: first what is given up, then what is taken, in the order of the table."""
        tenant, held, stored = self._tenant, self._held, self._stored
        changed = sorted(c for c, before in stored.items() if held[c] != before)
        _delete.run(self.connection, [(tenant, *c) for c in changed if stored[c] is not None])
        _insert.run(self.connection, [(tenant, *c, held[c]) for c in changed if held[c] is not None])
        stored.clear()
