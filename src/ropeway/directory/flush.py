"""Writing a working set to the tables: every kind of row by one executemany."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ClauseElement, bindparam, delete, update

from ropeway.directory import tables
from ropeway.directory.computed import Claim, Contribution, Who
from ropeway.directory.record import Record, State, encode
from ropeway.directory.workspace import Workspace
from ropeway.model.values import compare_key
from ropeway.store.statements import Rows, run

_NOTHING = State()

LOG = tables.change.insert()
_insert_object = tables.object_.insert()
_insert_contribution = tables.contribution.insert()
_insert_waiting = tables.waiting.insert()

_update_object = (
    update(tables.object_)
    .where(tables.object_.c.number == bindparam("number_"))
    .values(
        {
            name: bindparam(name)
            for name in ("properties", "history", "deleted", "source_anchor", "name_key", "mail_key", "nickname_key")
        }
    )
)
_update_contribution = (
    update(tables.contribution)
    .where(
        tables.contribution.c.tenant == bindparam("tenant_"),
        tables.contribution.c.anchor == bindparam("anchor_"),
        tables.contribution.c.job == bindparam("job_"),
    )
    .values({name: bindparam(name) for name in ("object", "precedence", "standing", "attributes")})
)
_delete_contribution = delete(tables.contribution).where(
    tables.contribution.c.tenant == bindparam("tenant_"),
    tables.contribution.c.anchor == bindparam("anchor_"),
    tables.contribution.c.job == bindparam("job_"),
)
_delete_waiting = delete(tables.waiting).where(
    tables.waiting.c.tenant == bindparam("tenant_"),
    tables.waiting.c.name == bindparam("name_"),
    tables.waiting.c.value == bindparam("value_"),
    tables.waiting.c.object == bindparam("object_"),
)


class _Plan:
    """The rows of one flush, by statement."""

    def __init__(self) -> None:
        self.objects: Rows = []
        self.updated: Rows = []
        self.gone: Rows = []
        self.changed: Rows = []
        self.said: Rows = []
        self.waited: Rows = []
        self.waits: Rows = []
        self.log: Rows = []

    def statements(self) -> list[tuple[ClauseElement, Rows]]:
        return [
            (_insert_object, self.objects),
            (_update_object, self.updated),
            (_delete_contribution, self.gone),
            (_update_contribution, self.changed),
            (_insert_contribution, self.said),
            (_delete_waiting, self.waited),
            (_insert_waiting, self.waits),
            (LOG, self.log),
        ]


def flush(work: Workspace) -> None:
    """Write every record that changed, its contributions and keys, and the change log; then the counters."""
    plan = _Plan()
    for record in work.records.values():
        if record.state is not record.stored:
            _plan_record(plan, work, record)
    for statement, rows in plan.statements():
        run(work.connection, statement, rows)
    work.keys.flush()
    for record in work.records.values():
        record.stored = record.state
    save_counters(work)


def save_counters(work: Workspace) -> None:
    """Store the change log's sequence and the last object number."""
    counters = update(tables.directory).where(tables.directory.c.tenant == work.tenant)
    work.connection.execute(counters.values(sequence=work.sequence, last_object=work.last_object))


def log(work: Workspace, id_: str, type_: str, action: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The next row of the change log."""
    work.sequence += 1
    return {
        "tenant": work.tenant,
        "sequence": work.sequence,
        "id": id_,
        "type": type_,
        "action": action,
        "details": None if details is None else encode(details).decode(),
        "time": work.now,
    }


def _plan_record(plan: _Plan, work: Workspace, record: Record) -> None:
    before, now = record.stored, record.state
    if before is None:
        plan.objects.append(_row(work, record))
        plan.log.append(log(work, record.id, record.type, "created"))
    elif _visible(before) != _visible(now):
        plan.updated.append(_row(work, record))
        if before.properties != now.properties or before.deleted != now.deleted:
            plan.log.append(_logged(work, record, before))
    before = before or _NOTHING
    if now.contributions is not before.contributions:
        _plan_contributions(plan, work, record.number, before.contributions, now.contributions)
    _plan_waits(plan, work, record.number, before.waits(), now.waits())


def _visible(state: State) -> tuple[Any, ...]:
    return state.properties, state.history, state.deleted


def _logged(work: Workspace, record: Record, before: State) -> dict[str, Any]:
    now = record.state
    if before.deleted != now.deleted:
        return log(work, record.id, record.type, "restored" if now.deleted is None else "deleted")
    old, new = before.properties, now.properties
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return log(work, record.id, record.type, "updated", {"properties": names})


def _row(work: Workspace, record: Record) -> dict[str, Any]:
    state = record.state
    properties = state.properties
    mail, nickname = properties.get("mail"), properties.get("mailNickname")
    row: dict[str, Any] = {
        "properties": encode(properties).decode(),
        "history": None if state.history is None else encode(state.history).decode(),
        "deleted": state.deleted,
        "source_anchor": properties.get("onPremisesImmutableId"),
        "name_key": compare_key(properties["displayName"]),
        "mail_key": None if mail is None else compare_key(mail),
        "nickname_key": None if nickname is None else compare_key(nickname),
    }
    if record.stored is not None:
        row["number_"] = record.number
        return row
    row["number"], row["tenant"], row["id"], row["type"] = record.number, work.tenant, record.id, record.type
    return row


def _plan_contributions(
    plan: _Plan, work: Workspace, number: int, before: dict[Who, Contribution], now: dict[Who, Contribution]
) -> None:
    for who, one in now.items():
        known = before.get(who)
        if known is None:
            row = _said(one, number)
            row["tenant"], row["anchor"], row["job"] = work.tenant, one.anchor, one.job
            plan.said.append(row)
        elif known != one:
            plan.changed.append(_said(one, number) | _where(work, who))
    plan.gone.extend(_where(work, who) for who in before if who not in now)


def _said(one: Contribution, number: int) -> dict[str, Any]:
    return {
        "object": number,
        "precedence": one.precedence,
        "standing": int(one.standing),
        "attributes": encode(one.attributes).decode(),
    }


def _where(work: Workspace, who: Who) -> dict[str, Any]:
    return {"tenant_": work.tenant, "anchor_": who[1], "job_": who[0]}


def _plan_waits(plan: _Plan, work: Workspace, number: int, before: set[Claim], now: set[Claim]) -> None:
    if not before and not now:
        return
    for name, value in before - now:
        plan.waited.append({"tenant_": work.tenant, "name_": name, "value_": value, "object_": number})
    for name, value in sorted(now - before):
        row = {"tenant": work.tenant, "name": name, "value": value, "object": number, "since": work.sequence}
        plan.waits.append(row)
