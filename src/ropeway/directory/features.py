"""The tenant's switches (Graph: onPremisesDirectorySynchronization, features), as far as the hub obeys them."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from ropeway.directory import tables
from ropeway.model.job import Prevention
from ropeway.model.prepared import prepared

_features = select(tables.directory.c.features).where(tables.directory.c.tenant == bindparam("b_tenant"))


class Features(msgspec.Struct, frozen=True, rename="camel"):
    """What matching may do, and what jobs may."""

    block_soft_match: bool = msgspec.field(default=False, name="blockSoftMatchEnabled")
    """No matching by name or address: only by source anchor."""
    block_hard_takeover: bool = msgspec.field(default=False, name="blockCloudObjectTakeoverThroughHardMatchEnabled")
    """An object that lives in the cloud alone is not taken over by its onPremisesImmutableId."""
    soft_match_on_upn: bool = msgspec.field(default=True, name="softMatchOnUpnEnabled")
    """Cloud-only users are matched by userPrincipalName, not by address alone."""
    off: bool = False
    """Directory synchronization is deactivated: no job writes."""
    releasing: bool = False
    """It was deactivated a moment ago: what jobs brought is still becoming the cloud's own (`releasing.py`)."""
    prevention: Prevention | None = None
    """None: as each job's guards say."""
    threshold: int | None = None
    default_domain: str = ""
    """The domain that new users are offered, once it is verified; empty: the initial one."""
    known_by: dict[str, bool] = {}
    """Attributes by which users of other forests are recognised, and whether all users are listed by them yet: what
    the directory notes for itself."""


_decode = msgspec.json.Decoder(prepared(Features)).decode


def features(connection: Connection, tenant: int) -> Features:
    """The switches as they are."""
    return features_from(connection.execute(_features, {"b_tenant": tenant}).scalar_one())


def features_from(text: str) -> Features:
    """The switches from their column."""
    return _decode(text)


def set_features(connection: Connection, tenant: int, wanted: Features) -> None:
    """Set all switches."""
    _store(connection, tenant, msgspec.structs.replace(wanted, known_by=features(connection, tenant).known_by))


def set_known_by(connection: Connection, tenant: int, more: dict[str, bool]) -> None:
    """Note how far users are listed by attributes."""
    before = features(connection, tenant)
    _store(connection, tenant, msgspec.structs.replace(before, known_by=before.known_by | more))


def _store(connection: Connection, tenant: int, wanted: Features) -> None:
    row = update(tables.directory).where(tables.directory.c.tenant == tenant)
    connection.execute(row.values(features=msgspec.json.encode(wanted).decode()))
