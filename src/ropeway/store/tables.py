"""The state of jobs: one set of tables for both databases. Each row has its tenant; times are seconds since 1970."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ropeway.store.metadata import metadata

Serial = BigInteger().with_variant(Integer, "sqlite")

job = Table(
    "job",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("id", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("settings", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("watermark", LargeBinary),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("decided_by", String, nullable=False, server_default=text("''")),
    Column("last_success", Float),
    Column("last_comparison", Float),
    Column("problems", Text, nullable=False, server_default=text("'[]'")),
    Column("standing", Text, nullable=False, server_default=text("'{}'")),
    Column("next_run", Float, server_default=text("0")),
    UniqueConstraint("tenant", "name"),
    Index("ix_job_due", "next_run"),
    sqlite_autoincrement=True,
)
"""A job's settings, watermark and status; numbers are never used again, the directory remembers them.

`decided_by` is the digest of the rules that entries were decided by; `standing` is the engine's `Standing`.
`next_run` is what follows from settings, status and standing, so that one narrow query finds what is due
(`store/agenda.py`); none: not by itself."""

upload = Table(
    "upload",
    metadata,
    Column("job", Integer, nullable=False),
    Column("anchor", String, nullable=False),
    Column("tenant", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("external_id", String, nullable=False),
    Column("manager", String),
    Column("said", Text, nullable=False),
    Column("time", Float, nullable=False),
    PrimaryKeyConstraint("job", "anchor"),
    Index("ix_upload_sequence", "job", "sequence", unique=True),
    Index("ix_upload_manager", "job", "manager"),
)
"""What clients said of people, all of it by now; `sequence` counts within the job, and grows with each upload."""

lease = Table(
    "lease",
    metadata,
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("tenant", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("renewed", Float, nullable=False),
    Column("machine", String, nullable=False, server_default=text("''")),
    Column("machine_since", Float),
)
"""Who runs a cycle of the job. Every write transaction of a cycle checks its epoch.

`machine` ran it last, and was the only one since `machine_since`: which of several installations is the active one."""

entry = Table(
    "entry",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("anchor", String, nullable=False),
    Column("source_anchor", String, nullable=False),
    Column("type", String, nullable=False),
    Column("parent", String),
    Column("dn", String, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("in_scope", Boolean),
    Column("reason", String),
    Column("target_type", String),
    Column("target", String),
    Column("exported", LargeBinary),
    Column("withheld", String, nullable=False, server_default=text("''")),
    UniqueConstraint("job", "anchor"),
    Index("ix_entry_parent", "job", "parent"),
    Index(
        "ix_entry_foreign",
        "type",
        "job",
        sqlite_where=text("type = 'foreignSecurityPrincipal'"),
        postgresql_where=text("type = 'foreignSecurityPrincipal'"),
    ),
    Index(
        "ix_entry_gone",
        "job",
        "generation",
        sqlite_where=text("live = false"),
        postgresql_where=text("live = false"),
    ),
    Index(
        "ix_entry_linked",
        "job",
        "target_type",
        "target",
        sqlite_where=text("target IS NOT NULL"),
        postgresql_where=text("target IS NOT NULL"),
    ),
)
"""A source object as it was read, what was decided about it, and what of it the target has confirmed.

The other tables name entries by number: numbers grow in the order of the first read, so that a pass over many entries
writes neighbouring pages. Anchors, being random, are looked up once.
"""

link = Table(
    "link",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("owner", BigInteger, nullable=False),
    Column("attribute", String, nullable=False),
    Column("other", String, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("exported", Boolean, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    Column("hold", Integer),
    PrimaryKeyConstraint("owner", "attribute", "other"),
    Index("ix_link_other", "job", "other"),
    Index(
        "ix_link_pending",
        "owner",
        sqlite_where=text("present <> exported"),
        postgresql_where=text("present <> exported"),
    ),
    sqlite_with_rowid=False,
)
"""One value of a reference attribute: from an entry to an anchor, which may not be known yet.

Where `present` and `exported` differ, the difference is the planned change."""

PENDING = link.c.present != link.c.exported
"""Links whose planned change is open: what the partial index covers."""

due = Table(
    "due",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("stamp", Integer, nullable=False),
    PrimaryKeyConstraint("job", "rank", "entry"),
    sqlite_with_rowid=False,
)
"""The work list: entries to decide again, containers (rank 0) first."""

later = Table(
    "later",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("job", "entry"),
    Index("ix_later_at", "job", "at"),
    sqlite_with_rowid=False,
)
"""Entries that go on the work list when their time comes: an escrow's next attempt, an account that expires."""

change = Table(
    "change",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("type", String, nullable=False),
    Column("phase", Integer, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
    Column("decision", String, nullable=False),
    Column("state", String, nullable=False),
    Column("hold", Integer),
    UniqueConstraint("entry", "kind"),
    Index("ix_change_next", "job", "phase", "seq"),
    Index("ix_change_hold", "job", "hold"),
)
"""The plan and the outbox: `planned`, then `sent`; a confirmed row becomes an event."""

hold = Table(
    "hold",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("what", String, nullable=False),
    Column("type", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("cause", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("approved", Float),
    Index("ix_hold_job", "job"),
    sqlite_autoincrement=True,
)
"""Dangerous changes that wait for approval; `subject` is the group whose members, or the attribute that, would go.

Numbers are never used again: whoever approves one means the hold that was shown."""

escrow = Table(
    "escrow",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("anchor", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("problem", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first", Float, nullable=False),
    Column("last", Float, nullable=False),
    PrimaryKeyConstraint("job", "anchor"),
)
"""Objects set aside with their problem; the next attempt is their row in `due`."""

cycle = Table(
    "cycle",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
    Column("outcome", Text),
    Index("ix_cycle_job", "job", "number"),
)
"""What each cycle did; cycles that did nothing are not kept."""

provisioning_event = Table(
    "provisioning_event",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("time", Float, nullable=False),
    Column("action", String, nullable=False),
    Column("status", String, nullable=False),
    Column("type", String, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("anchor", String, nullable=False),
    Column("object", String, nullable=False),
    Column("target", String),
    Column("modified", LargeBinary, nullable=False),
    Column("decision", String, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("problem", Text),
    Column("carried", Text),
    Index("ix_provisioning_event_entry", "entry"),
    Index("ix_provisioning_event_action", "job", "action", "time"),
)
"""The provisioning log: one row per confirmed, failed or withheld change. `lost` counts links taken;
`approved` rows went past
a guard and do not count against the next; `carried` is JSON: the links that a new object was created with."""
