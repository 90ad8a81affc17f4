"""Who holds which unique value, within one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from ropeway.directory import tables
from ropeway.directory.computed import Claim
from ropeway.directory.portions import slices
from ropeway.store.statements import Rows, among, run

_insert = tables.key.insert()
_delete = delete(tables.key).where(
    tables.key.c.tenant == bindparam("tenant_"),
    tables.key.c.name == bindparam("name_"),
    tables.key.c.value == bindparam("value_"),
)


class Keys:
    """The holders of unique values as the database has them, with this transaction's changes on top."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant
        self._stored: dict[Claim, int | None] = {}
        self._held: dict[Claim, int | None] = {}
        self._freed: set[Claim] = set()
        self._touched: set[Claim] = set()

    def fetch(self, claims: Iterable[Claim]) -> None:
        """Ask the database about all of these at once; what is known already is not asked again."""
        unknown: dict[Claim, int | None] = dict.fromkeys(claim for claim in claims if claim not in self._held)
        self._stored.update(unknown)
        self._held.update(unknown)
        by_name: dict[str, list[str]] = {}
        for name, value in unknown:
            by_name.setdefault(name, []).append(value)
        k = tables.key.c
        for name, values in by_name.items():
            for part in slices(values):
                query = select(k.value, k.object).where(
                    k.tenant == self._tenant, k.name == name, among(self._connection, k.value, part)
                )
                for value, holder in self._connection.execute(query):
                    self._stored[(name, value)] = self._held[(name, value)] = holder

    def known(self, claims: Iterable[Claim], number: int) -> None:
        """Learn from a loaded object what it holds."""
        for claim in claims:
            if claim not in self._held:
                self._stored[claim] = self._held[claim] = number

    def holder(self, claim: Claim) -> int | None:
        """The object that holds a value now, or None."""
        if claim not in self._held:
            self.fetch((claim,))
        return self._held[claim]

    def take(self, claim: Claim, number: int) -> None:
        """Give a value to an object; it was free, or its own already."""
        if self._held[claim] != number:
            self._held[claim] = number
            self._touched.add(claim)
            self._freed.discard(claim)

    def free(self, claim: Claim, number: int) -> None:
        """Take a value from an object, if it is the holder."""
        if self.holder(claim) == number:
            self._held[claim] = None
            self._touched.add(claim)
            self._freed.add(claim)

    def freed(self) -> set[Claim]:
        """Values that became free since this was last asked, and still are."""
        freed, self._freed = self._freed, set()
        return freed

    def flush(self) -> None:
        """Write what changed: first what is given up, then what is taken, in the order of the table."""
        tenant, held, stored = self._tenant, self._held, self._stored
        changed = sorted(c for c in self._touched if held[c] != stored[c])
        gone: Rows = [{"tenant_": tenant, "name_": c[0], "value_": c[1]} for c in changed if stored[c] is not None]
        taken: Rows = [
            {"tenant": tenant, "name": c[0], "value": c[1], "object": held[c]} for c in changed if held[c] is not None
        ]
        run(self._connection, _delete, gone)
        run(self._connection, _insert, taken)
        stored.update((c, held[c]) for c in changed)
        self._touched.clear()
