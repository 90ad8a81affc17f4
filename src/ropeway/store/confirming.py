"""What became of the changes that were sent: entries, log lines, and the plan without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Float,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    update,
)

from ropeway.engine.exporting import ARRIVALS
from ropeway.engine.planning import carries_links
from ropeway.engine.records import Confirmed
from ropeway.model.anchors import TargetId
from ropeway.model.changes import Kind
from ropeway.store.constant import Placed, any_of
from ropeway.store.event_log import LOGGED, carried_text, log
from ropeway.store.rows import Key
from ropeway.store.sending import OUT_OF_PLAN
from ropeway.store.sending_links import OPEN
from ropeway.store.tables import change, entry, link, provisioning_event
from ropeway.store.worklist import drop_escrows

_settle = Placed(
    update(entry)
    .where(entry.c.number == bindparam("b_number"))
    .values({name: bindparam(f"b_{name}") for name in ("target", "exported", "in_scope", "target_type")}),
    "b_in_scope", "b_target_type", "b_target", "b_exported", "b_number",
)  # fmt: skip
_born = update(link).where(OPEN, link.c.present == true()).values(exported=True)
_again = update(change).where(any_of(change.c.seq, "b_seqs")).values(state="planned")


def confirm(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """Entries as the target has them now, a log line each, and the rows out of the plan."""
    good = [x for x in changes if x.status in ("success", "warning") and x.planned.kind is not Kind.LINKS]
    drop_escrows(c, key, [x.entry.anchor for x in good], ("export",))
    born = [x.entry.number for x in good if carries_links(x.planned)]
    if born:
        c.execute(_born, {"b_owners": born, "b_job": key["job"]})
    plain = {x.planned.seq: (x.entry.target, carried_text(x.carried)) for x in good if _arrived_plainly(x)}
    if plain:
        arrived(c, plain, cycle, now)
    now_are = [x.entry for x in good if x.planned.seq not in plain]
    _settle.run(c, [(e.in_scope, e.target_type, e.target, e.exported, e.number) for e in now_are])
    logged = [x for x in changes if not x.keep]
    log(c, key, cycle, now, [x for x in logged if x.planned.seq not in plain])
    c.execute(OUT_OF_PLAN, {"b_seqs": [x.planned.seq for x in logged]})
    kept = [x.planned.seq for x in changes if x.keep]
    if kept:
        c.execute(_again, {"b_seqs": kept})


def _arrived_plainly(x: Confirmed) -> bool:
    """Whether all that there is to store of a confirmed change is in its row of the plan, but for the target's id."""
    planned = x.planned
    return planned.kind in ARRIVALS and x.problem is None and x.modified is planned.attributes


def _arrivals(dialect: str) -> tuple[Any, Any]:
    """The statements of `arrived`: the entries, and their log lines."""
    each = func.json_each if dialect == "sqlite" else func.json_each_text
    given: Any = bindparam("b_told", type_=Text) if dialect == "sqlite" else cast(bindparam("b_told", type_=Text), JSON)
    told = each(given).table_valued("key", "value")
    pair: Any = told.c.value if dialect == "sqlite" else cast(told.c.value, JSON)
    target, carried = (pair.op("->>", return_type=Text())(literal_column(place)) for place in ("0", "1"))
    rows = select(change.c.entry, change.c.type, change.c.attributes, target.label("target"))
    found = rows.join_from(told, change, change.c.seq == cast(told.c.key, BigInteger)).subquery()
    settle = (
        update(entry)
        .where(entry.c.number == found.c.entry)
        .values(
            target=found.c.target,
            exported=found.c.attributes,
            target_type=found.c.type,
            in_scope=case((entry.c.live == true(), true()), else_=entry.c.in_scope),
        )
    )
    lines = (
        select(change.c.tenant, change.c.job, bindparam("b_cycle", type_=BigInteger), bindparam("b_now", type_=Float),
               change.c.kind, literal("success"), change.c.type, entry.c.number, entry.c.anchor, entry.c.dn,
               target, change.c.attributes, change.c.decision, literal(0), change.c.hold.is_not(None), null(),
               carried)
        .join_from(told, change, change.c.seq == cast(told.c.key, BigInteger))
        .join(entry, entry.c.number == change.c.entry)
        .order_by(change.c.seq)
    )  # fmt: skip
    return settle, provisioning_event.insert().from_select(list(LOGGED), lines)


_arrived = {dialect: _arrivals(dialect) for dialect in ("sqlite", "postgresql")}


def arrived(c: Connection, plain: dict[int, tuple[TargetId | None, str | None]], cycle: int, now: float) -> None:
    """Changes that went as planned, `seq` to the target's id and the text of the links that were carried.

    Two statements for all, which need no Python.
    """
    settle, lines = _arrived[c.dialect.name]
    told = msgspec.json.encode(plain).decode()
    c.execute(settle, {"b_told": told})
    c.execute(lines, {"b_told": told, "b_cycle": cycle, "b_now": now})
