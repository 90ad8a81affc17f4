"""The tables of the hub. Their numbers and keys are made in Python, so SQLite and PostgreSQL hold the same rows.

Every write transaction begins by locking its tenant's row in `directory`: writers of one tenant follow each other,
which makes uniqueness checks and the change log's sequence exact on both databases.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, SmallInteger, Table, Text, text

from ropeway.store.metadata import metadata

_Number = BigInteger().with_variant(Integer, "sqlite")
_Key = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared bytewise on both databases."""

directory = Table(
    "directory",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("last_object", BigInteger, nullable=False),
    Column("features", Text, nullable=False),
    Column("looked_up", BigInteger, nullable=False, server_default=text("0")),
    Column("rebuilt", _Number, nullable=True),
)
"""One row a tenant: the change log's last sequence, the last object number, the settings; also the writers' lock.

`looked_up` is the sequence that the look-up table has come to; `rebuilt` the last object that it has, while it is made
anew because the log no longer goes back so far."""

domain = Table(
    "directory_domain",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("name", _Key, primary_key=True),
    Column("verified", Boolean, nullable=False),
    Column("initial", Boolean, nullable=False),
    Column("recalculated_to", _Number, nullable=True),
    Index(
        "ix_directory_domain_owner",
        "name",
        unique=True,
        sqlite_where=text("verified"),
        postgresql_where=text("verified"),
    ),
)
"""A verified domain belongs to one tenant of the state.

`recalculated_to`: users up to this number follow the domain's last change; NULL when all do."""

object_ = Table(
    "directory_object",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("tenant", Integer, nullable=False),
    Column("id", _Key, nullable=False),
    Column("type", _Key, nullable=False),
    Column("properties", Text, nullable=False),
    Column("history", Text, nullable=True),
    Column("deleted", Float, nullable=True),
    Column("source_anchor", _Key, nullable=True),
    Column("name_key", _Key, nullable=False),
    Column("mail_key", _Key, nullable=True),
    Column("nickname_key", _Key, nullable=True),
    Index("ix_directory_object_id", "tenant", "id", unique=True),
    Index("ix_directory_object_name", "tenant", "type", "name_key"),
    Index("ix_directory_object_mail", "tenant", "mail_key"),
    Index(
        "ix_directory_object_nickname",
        "tenant",
        "nickname_key",
        sqlite_where=text("nickname_key IS NOT NULL"),
        postgresql_where=text("nickname_key IS NOT NULL"),
    ),
    Index(
        "ix_directory_object_binned",
        "tenant",
        "source_anchor",
        sqlite_where=text("deleted IS NOT NULL"),
        postgresql_where=text("deleted IS NOT NULL"),
    ),
)
"""The computed objects: Graph's properties as JSON, look-up keys beside them; `deleted` is the time of binning.

A mail nickname that begins the mail address is found by it and has no key: each index in another order costs a page for
each new object.
"""

contribution = Table(
    "directory_contribution",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("anchor", _Key, primary_key=True),
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("object", _Number, nullable=False),
    Column("precedence", Integer, nullable=False),
    Column("standing", SmallInteger, nullable=False),
    Column("attributes", Text, nullable=False),
    Index("ix_directory_contribution_object", "object"),
)
"""What each job says about an object, kept apart; the anchor comes first, since references ask for it in any job."""

key = Table(
    "directory_key",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("name", _Key, primary_key=True),
    Column("value", _Key, primary_key=True),
    Column("object", _Number, nullable=False),
    sqlite_with_rowid=False,
)
"""Unique values and the live object that holds each."""

waiting = Table(
    "directory_waiting",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("name", _Key, primary_key=True),
    Column("value", _Key, primary_key=True),
    Column("object", _Number, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Unique values that an object wants and another one holds, in the order in which they were wanted; and, under names
of their own, values by which users are recognised across forests (`directory/recognition.py`)."""

link = Table(
    "directory_link",
    metadata,
    Column("object", _Number, primary_key=True, autoincrement=False),
    Column("attribute", _Key, primary_key=True),
    Column("reference", _Key, primary_key=True),
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("tenant", Integer, nullable=False),
    Index("ix_directory_link_reference", "tenant", "reference"),
    sqlite_with_rowid=False,
)
"""Links as contributed. A reference is resolved when it is read, so one that points nowhere yet costs nothing."""

lookup = Table(
    "directory_lookup",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("name", _Key, primary_key=True),
    Column("value", _Key, primary_key=True),
    Column("object", _Number, primary_key=True, autoincrement=False),
    Index("ix_directory_lookup_object", "object"),
    sqlite_with_rowid=False,
)
"""Values that many live objects share, to find these by: compared forms, filled from the change log (`lookup.py`)."""

change = Table(
    "directory_change",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", _Key, nullable=False),
    Column("type", _Key, nullable=False),
    Column("action", _Key, nullable=False),
    Column("details", Text, nullable=True),
    Column("time", Float, nullable=False),
    sqlite_with_rowid=False,
)
"""The change log: what happened to which object, in the order of the transactions."""
