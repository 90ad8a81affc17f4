"""Writing a working set to the tables: every kind of row by one executemany."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, bindparam, delete, update

from ropeway.directory import tables
from ropeway.directory.computed import Claim
from ropeway.directory.people import is_enabled
from ropeway.directory.recognition import recognised_by
from ropeway.directory.record import Record, State, encode, encoded_said
from ropeway.directory.workspace import Workspace
from ropeway.model.values import compare_key
from ropeway.store.constant import Placed, inserting
from ropeway.store.identity_tables import given

Row = tuple[Any, ...]

Details = dict[str, Any]
"""Of a row of the change log."""

_NOTHING = State()
_VALUES = ("properties", "history", "deleted", "source_anchor", "name_key", "mail_key", "nickname_key")
_SAID = ("object", "precedence", "standing", "attributes")

LOG = inserting(tables.change, "tenant", "sequence", "id", "type", "action", "details", "time")
_insert_object = inserting(tables.object_, "number", "tenant", "id", "type", *_VALUES)
_insert_contribution = inserting(tables.contribution, "tenant", "anchor", "job", *_SAID)
_insert_waiting = inserting(tables.waiting, "tenant", "name", "value", "object", "since")

_c, _w, _d = tables.contribution.c, tables.waiting.c, tables.directory.c
_one = and_(_c.tenant == bindparam("tenant_"), _c.anchor == bindparam("anchor_"), _c.job == bindparam("job_"))
_update_object = Placed(
    update(tables.object_)
    .where(tables.object_.c.number == bindparam("number_"))
    .values({name: bindparam(name) for name in _VALUES}),
    *_VALUES, "number_",
)  # fmt: skip
_update_contribution = Placed(
    update(tables.contribution).where(_one).values({name: bindparam(name) for name in _SAID}),
    *_SAID, "tenant_", "anchor_", "job_",
)  # fmt: skip
_delete_contribution = Placed(delete(tables.contribution).where(_one), "tenant_", "anchor_", "job_")
_delete_waiting = Placed(
    delete(tables.waiting).where(
        _w.tenant == bindparam("tenant_"),
        _w.name == bindparam("name_"),
        _w.value == bindparam("value_"),
        _w.object == bindparam("object_"),
    ),
    "tenant_", "name_", "value_", "object_",
)  # fmt: skip
_end_sign_ins = Placed(
    delete(given).where(given.c.tenant == bindparam("tenant_"), given.c.person == bindparam("person_")),
    "tenant_", "person_",
)  # fmt: skip
_save_counters = (
    update(tables.directory)
    .where(_d.tenant == bindparam("tenant_"))
    .values(sequence=bindparam("sequence_"), last_object=bindparam("last_object_"))
)


class _Plan:
    """The rows of one flush, by statement."""

    def __init__(self, linked: Callable[[int], Details]) -> None:
        self.linked = linked
        self.objects: list[Row] = []
        self.updated: list[Row] = []
        self.gone: list[Row] = []
        self.changed: list[Row] = []
        self.said: list[Row] = []
        self.waited: list[Row] = []
        self.waits: list[Row] = []
        self.log: list[Row] = []
        self.ended: list[Row] = []

    def statements(self) -> list[tuple[Placed, list[Row]]]:
        return [
            (_insert_object, self.objects),
            (_update_object, self.updated),
            (_delete_contribution, self.gone),
            (_update_contribution, self.changed),
            (_insert_contribution, self.said),
            (_delete_waiting, self.waited),
            (_insert_waiting, self.waits),
            (LOG, self.log),
            (_end_sign_ins, self.ended),
        ]


def _unlinked(_number: int) -> Details:
    return {}


def flush(work: Workspace, linked: Callable[[int], Details] = _unlinked) -> None:
    """Write every record that changed, its contributions and keys, and the change log, which then has a row for each.

    `linked` is asked for an object's link changes, which become part of its row; they are not asked for twice.
    """
    plan = _Plan(linked)
    for record in work.records.values():
        if record.state is not record.stored:
            _plan_record(plan, work, record)
    for statement, rows in plan.statements():
        statement.run(work.connection, rows)
    work.keys.flush()
    for record in work.records.values():
        record.stored = record.state


def save_counters(work: Workspace) -> None:
    """Store the change log's sequence and the last object number; whoever flushes or logs does this at the end."""
    counters = {"tenant_": work.tenant, "sequence_": work.sequence, "last_object_": work.last_object}
    work.connection.execute(_save_counters, counters)


def log(work: Workspace, id_: str, type_: str, action: str, details: Details) -> Row:
    """The next row of the change log."""
    work.sequence += 1
    return (work.tenant, work.sequence, id_, type_, action, encode(details).decode() if details else None, work.now)


def _plan_record(plan: _Plan, work: Workspace, record: Record) -> None:
    before, now = record.stored, record.state
    if before is None:
        plan.objects.append((record.number, work.tenant, record.id, record.type, *_values(record)))
        plan.log.append(log(work, record.id, record.type, "created", plan.linked(record.number)))
    elif _visible(before) != _visible(now):
        plan.updated.append((*_values(record), record.number))
        if before.properties != now.properties or before.deleted != now.deleted:
            plan.log.append(_logged(plan, work, record, before))
        if record.type == "user" and _signs_in(before) and not _signs_in(now):
            plan.ended.append((work.tenant, record.id))
    before = before or _NOTHING
    if now.contributions is not before.contributions or now.properties is not before.properties:
        _plan_contributions(plan, work, record.number, before, now)
    _plan_waits(plan, work, record.number, _listed(work, record, before), _listed(work, record, now))


def _signs_in(state: State) -> bool:
    """Whether somebody may; whoever may no longer is given nothing back by being enabled or restored."""
    return state.deleted is None and is_enabled(state.properties)


def _visible(state: State) -> tuple[Any, ...]:
    return state.properties, state.history, state.deleted


def _logged(plan: _Plan, work: Workspace, record: Record, before: State) -> Row:
    now, links = record.state, plan.linked(record.number)
    if before.deleted != now.deleted:
        return log(work, record.id, record.type, "restored" if now.deleted is None else "deleted", links)
    old, new = before.properties, now.properties
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return log(work, record.id, record.type, "updated", {"properties": names, **links})


def _values(record: Record) -> Row:
    """What can change of an object's row, in the order of `_VALUES`."""
    state = record.state
    properties = state.properties
    mail, nickname = _key(properties.get("mail")), _key(properties.get("mailNickname"))
    return (
        encode(properties).decode(),
        None if state.history is None else encode(state.history).decode(),
        state.deleted,
        properties.get("onPremisesImmutableId"),
        compare_key(properties["displayName"]),
        mail,
        None if mail is not None and mail.partition("@")[0] == nickname else nickname,
    )


def _key(text: str | None) -> str | None:
    return None if text is None else compare_key(text)


def _plan_contributions(plan: _Plan, work: Workspace, number: int, before: State, now: State) -> None:
    """What is new, and what is said or stored otherwise: a contribution is stored as it differs from its object."""
    for who, one in now.contributions.items():
        known = before.contributions.get(who)
        text = encoded_said(one, now.properties)
        if known is None:
            plan.said.append((work.tenant, one.anchor, one.job, number, one.precedence, int(one.standing), text))
        elif known != one or encoded_said(known, before.properties) != text:
            plan.changed.append((number, one.precedence, int(one.standing), text, work.tenant, who[1], who[0]))
    plan.gone.extend((work.tenant, who[1], who[0]) for who in before.contributions if who not in now.contributions)


def _listed(work: Workspace, record: Record, state: State) -> set[Claim]:
    """The values that an object waits for, and those by which users of other forests recognise it."""
    if state.deleted is not None or not work.features.known_by:
        return state.waits()
    return state.waits() | recognised_by(record.type, state.properties, work.features.known_by)


def _plan_waits(plan: _Plan, work: Workspace, number: int, before: set[Claim], now: set[Claim]) -> None:
    if not before and not now:
        return
    plan.waited.extend((work.tenant, name, value, number) for name, value in before - now)
    plan.waits.extend((work.tenant, name, value, number, work.sequence) for name, value in sorted(now - before))
