"""What is told of objects to which others lead: as much as whoever asks may read of their type, as in Graph.

Of the others Graph tells id and type ("limited information returned for inaccessible member objects").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ropeway.directory.record import decoded
from ropeway.model.permissions import BASIC, Reach, reach, rule_of
from ropeway.model.problems import RopewayError
from ropeway.service.graph.objects.kinds import KINDS, USERS, Kind, by_stored
from ropeway.service.graph.objects.shapes import Row, encode
from ropeway.service.odata.basic import only_basic
from ropeway.service.odata.options import Options
from ropeway.service.odata.resource import Asked

OF_PEOPLE = frozenset({"manager", "directReports"})
"""What people may read of themselves: these are told in full where the way to them is open."""


def limited(asked: Asked, rows: Sequence[Row], kind: Kind, name: str = "") -> list[Row]:
    """Rows with what may be told of each; `name` is the relation that leads to them from an object of the kind."""
    seen: dict[str, Reach | None] = {
        type_: sight(asked, by_stored(type_), kind, name) for type_ in {row.type for row in rows}
    }
    return [_limited(row, seen[row.type]) for row in rows]


def askable(asked: Asked, options: Options) -> tuple[str, ...] | None:
    """Types about which this may be asked, stored; None where all may be, or nothing is asked of their properties."""
    if options.filter is None and not options.order and not options.raw.get("$search"):
        return None
    seen = {kind.stored: sight(asked, kind) for kind in KINDS}
    open_ = tuple(type_ for type_, how in seen.items() if how == "all" or (how == "basic" and _is_basic(options)))
    return None if len(open_) == len(KINDS) else open_


def sight(asked: Asked, kind: Kind, of: Kind | None = None, name: str = "") -> Reach | None:
    """How much of an object of a kind may be read."""
    power = asked.caller.power
    if power is None:
        return "all"
    if of is USERS and name in OF_PEOPLE:
        way = rule_of(f"/v1.0/users/{{id}}/{name}", "GET")
        if reach(way, "read", power, own=asked.reach == "own") is not None:
            return "all"
    return reach(rule_of(f"/v1.0/{kind.plural}/{{id}}", "GET"), "read", power)


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
