"""Who has which name and address already: asked by whoever compares before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ropeway.directory import tables
from ropeway.directory.computed import PROXY, UPN
from ropeway.directory.record import decoded, name_of
from ropeway.store.statements import among


class Holder(NamedTuple):
    """An object that has a value."""

    value: str
    """The value as it is compared."""
    id: str
    name: str
    """A DN, UPN or display name."""


def holders_of_names(c: Connection, tenant: int, names: Sequence[str]) -> list[Holder]:
    """Users with these user principal names (compare keys)."""
    return _by_key(c, tenant, UPN, names)


def holders_of_addresses(c: Connection, tenant: int, addresses: Sequence[str]) -> list[Holder]:
    """Objects with these addresses (compare keys, `smtp:` included), among proxyAddresses or as mail."""
    o = tables.object_.c
    mails = [a.removeprefix("smtp:") for a in addresses if a.startswith("smtp:")]
    query = select(o.mail_key, o.id, o.properties).where(
        o.tenant == tenant, among(c, o.mail_key, mails), o.deleted.is_(None)
    )
    by_mail = [Holder(f"smtp:{key}", id_, name_of(decoded(text))) for key, id_, text in c.execute(query)]
    return _by_key(c, tenant, PROXY, addresses) + by_mail


def _by_key(c: Connection, tenant: int, kind: str, values: Sequence[str]) -> list[Holder]:
    k, o = tables.key.c, tables.object_.c
    query = (
        select(k.value, o.id, o.properties)
        .join(tables.object_, o.number == k.object)
        .where(k.tenant == tenant, k.name == kind, among(c, k.value, values))
    )
    return [Holder(value, id_, name_of(decoded(text))) for value, id_, text in c.execute(query)]
