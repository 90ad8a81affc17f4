"""What is told of objects to which others lead: as much as whoever asks may read of their type, as in Graph.

Of the others Graph tells id and type ("limited information returned for inaccessible member objects").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ropeway.directory.record import decoded
from ropeway.model.permissions import BASIC, Reach, reach, rule_of
from ropeway.model.problems import RopewayError
from ropeway.service.graph.objects.kinds import ANY, DEVICES, GROUPS, KINDS, USERS, Kind, by_stored
from ropeway.service.graph.objects.shapes import Row, encode
from ropeway.service.odata.basic import filtered, only_basic
from ropeway.service.odata.options import Options
from ropeway.service.odata.resource import Asked
from ropeway.service.who import not_allowed

ENDS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("memberOf", "transitiveMemberOf", "ownedObjects"), (GROUPS,)),
    **dict.fromkeys(("directReports", "transitiveReports", "registeredOwners", "registeredUsers"), (USERS,)),
    **dict.fromkeys(("ownedDevices", "registeredDevices"), (DEVICES,)),
}
"""Kinds to which a relation leads, where it is not to all."""
OF_PEOPLE = frozenset({"manager", "directReports"})
"""What people may read of themselves: these are told in full where the way to them is open."""


@dataclass(frozen=True, slots=True)
class Way:
    """What leads to objects: a relation of an object of that kind."""

    asked: Asked
    kind: Kind
    name: str
    is_own: bool
    """Whether that object is the person who asks."""

    @property
    def is_open(self) -> bool:
        """Whether it may be gone, as the path `/users/{id}/manager` would be."""
        return self._reach(f"{self.kind.plural}/{{id}}/{self.name}", own=self.is_own) is not None

    def sight(self, kind: Kind) -> Reach | None:
        """How much of an object of a kind may be read at its end."""
        if self.kind is USERS and self.name in OF_PEOPLE and self.is_open:
            return "all"
        return self._reach(f"{kind.plural}/{{id}}")

    def limited(self, rows: Sequence[Row]) -> list[Row]:
        """Rows with what may be told of each."""
        seen: dict[str, Reach | None] = {type_: self.sight(by_stored(type_)) for type_ in {row.type for row in rows}}
        return [_limited(row, seen[row.type]) for row in rows]

    def shown(self, wanted: Kind = ANY) -> Shown:
        """What may be asked of the objects of a kind to which it leads; RopewayError `not-allowed`."""
        options = self.asked.options
        ends = KINDS if wanted is ANY else (wanted,)
        seen = {kind.stored: self.sight(kind) for kind in ends if kind in ENDS.get(self.name, KINDS)}
        if None not in seen.values() and (_is_basic(options) or "basic" not in seen.values()):
            return Shown()
        if options.order:
            raise not_allowed("Their order would tell of objects that may not be read; ask for those of one type.")
        if not _asked_of(options):
            return Shown(in_order_of_numbers=True)
        known = [type_ for type_, how in seen.items() if how == "all" or (how == "basic" and _is_basic(options))]
        return Shown(tuple(known))

    def _reach(self, path: str, *, own: bool = False) -> Reach | None:
        power = self.asked.caller.power
        return "all" if power is None else reach(rule_of(f"/v1.0/{path}", "GET"), "read", power, own=own)


class Shown(NamedTuple):
    """How a list of objects is told, some of which may not be read."""

    types: tuple[str, ...] | None = None
    """Those that its question is about; None: all."""
    in_order_of_numbers: bool = False
    """Not in that of their names, which a page's token would tell."""


def way(asked: Asked, kind: Kind, name: str, row: Row | None = None) -> Way:
    """The relation of the object that the path names, or of a row that was come to."""
    own = asked.reach == "own"
    return Way(asked, kind, name, own if row is None else own and row.id in asked.caller.names)


def _asked_of(options: Options) -> bool:
    """Whether something is asked of properties, other than who has an id."""
    return bool({*filtered(options)} - {"id"} or options.raw.get("$search"))


def _limited(row: Row, how: Reach | None) -> Row:
    if how == "all":
        return row
    known = decoded(row.properties) if how == "basic" else {}
    return row._replace(properties=encode({name: known[name] for name in BASIC if name in known}).decode())


def _is_basic(options: Options) -> bool:
    try:
        only_basic(replace(options, select=()))
    except RopewayError:
        return False
    return True
