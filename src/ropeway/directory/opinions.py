"""Who says what about an object, and whose word counts: for people who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from ropeway.directory import tables
from ropeway.directory.computed import Contribution, Standing, ranked
from ropeway.directory.record import Record, decoded, name_of
from ropeway.model.changes import Desired, Mode

_WEAK = (Mode.ONCE.value, Mode.FILL.value)


class Opinion(msgspec.Struct, frozen=True):
    """One contributor's word on one attribute."""

    job: int
    anchor: str
    precedence: int
    value: Any
    """None: authoritatively empty."""
    mode: str = ""
    """How it counts where it is not simply said (`model.changes.Mode`)."""


class Contributor(msgspec.Struct, frozen=True):
    """A source object that contributes."""

    job: int
    anchor: str
    precedence: int
    standing: str


class Said(msgspec.Struct, frozen=True):
    """An object of the directory with everything that was said about it."""

    id: str
    type: str
    deleted: bool
    properties: Desired
    contributors: tuple[Contributor, ...]
    opinions: dict[str, tuple[Opinion, ...]]
    """Attribute to opinions, the one that counts first."""


class LinkSaid(msgspec.Struct, frozen=True):
    """One contributed link, and what it leads to in the directory."""

    attribute: str
    reference: str
    job: int
    name: str
    """Of the object at the other end; empty where there is none yet."""


def said_of(record: Record) -> Said:
    """Everything that was said of an object."""
    every = record.state.contributions.values()
    names = dict.fromkeys(name for one in every for name in (*one.attributes, *one.flows))
    return Said(
        record.id,
        record.type,
        record.state.deleted is not None,
        record.state.properties,
        tuple(
            Contributor(one.job, one.anchor, one.precedence, Standing(one.standing).name.lower())
            for one in sorted(every, key=lambda one: (one.precedence, one.job, one.anchor))
        ),
        {name: _opinions(record, name) for name in names},
    )


def _opinions(record: Record, name: str) -> tuple[Opinion, ...]:
    heard = [one for one in ranked(record.state.contributions.values(), name) if _speaks(one, name)]
    heard.sort(key=lambda one: one.flows.get(name) in _WEAK)
    return tuple(
        Opinion(one.job, one.anchor, one.precedence, one.attributes.get(name), one.flows.get(name, "")) for one in heard
    )


def _speaks(one: Contribution, name: str) -> bool:
    return name in one.attributes or one.flows.get(name) == Mode.NULL


def links_said(connection: Connection, tenant: int, id_: str, most: int) -> list[LinkSaid]:
    """Links that lead away from an object, by attribute, with the jobs that said them."""
    link, object_, contribution = tables.link, tables.object_, tables.contribution
    other = object_.alias("other")
    there = (contribution.c.tenant == link.c.tenant) & (contribution.c.anchor == link.c.reference)
    query = (
        select(link.c.attribute, link.c.reference, link.c.job, other.c.properties)
        .join(object_, object_.c.number == link.c.object)
        .outerjoin(contribution, there & (contribution.c.standing != Standing.WITHDRAWN))
        .outerjoin(other, (other.c.number == contribution.c.object) & other.c.deleted.is_(None))
        .where(object_.c.tenant == tenant, object_.c.id == id_)
        .order_by(link.c.attribute, link.c.reference, link.c.job)
        .limit(most)
    )
    found: Mapping[tuple[str, str, int], LinkSaid] = {
        (attribute, reference, job): LinkSaid(attribute, reference, job, name_of(decoded(text)) if text else "")
        for attribute, reference, job, text in connection.execute(query)
    }
    return list(found.values())
