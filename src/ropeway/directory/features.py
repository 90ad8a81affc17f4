"""The tenant's switches (Graph: onPremisesDirectorySynchronization, features), as far as the hub obeys them."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from ropeway.directory import tables

_features = select(tables.directory.c.features).where(tables.directory.c.tenant == bindparam("b_tenant"))


class Features(msgspec.Struct, frozen=True, rename="camel"):
    """What matching may do."""

    block_soft_match: bool = msgspec.field(default=False, name="blockSoftMatchEnabled")
    """No matching by name or address: only by source anchor."""
    block_hard_takeover: bool = msgspec.field(default=False, name="blockCloudObjectTakeoverThroughHardMatchEnabled")
    """An object that lives in the cloud alone is not taken over by its onPremisesImmutableId."""


def features(connection: Connection, tenant: int) -> Features:
    """The switches as they are."""
    return msgspec.json.decode(connection.execute(_features, {"b_tenant": tenant}).scalar_one(), type=Features)


def set_features(connection: Connection, tenant: int, wanted: Features) -> None:
    """Set all switches."""
    row = update(tables.directory).where(tables.directory.c.tenant == tenant)
    connection.execute(row.values(features=msgspec.json.encode(wanted).decode()))
