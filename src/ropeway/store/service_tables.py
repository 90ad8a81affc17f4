"""What a running service remembers: agents, their calls, tokens, errands, what administrators did."""

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
    text,
)

from ropeway.store.metadata import metadata
from ropeway.store.tables import Serial

EMPTY = text("''")

synchronization_secret = Table(
    "synchronization_secret",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("key", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("changed", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "key"),
)
"""What Graph calls secrets of the synchronization, as far as they are none: `Domain`, `SyncNotificationSettings`.

Passwords and keys are refused: they are with the agents."""

authority = Table(
    "authority",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "name"),
)
"""Certificate authorities, in PEM: `tls` signs the service's own certificate, `agents` those of agents.

The key is sealed with the service's key file, which no database and no backup holds."""

token = Table(
    "token",
    metadata,
    Column("digest", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float),
    Index("ix_token_subject", "kind", "subject"),
)
"""Opaque secrets by their SHA-256: `administrator`, `login-link`, `agent-registration`, `agent-session`.

`subject` is whom or what it speaks for: a name, a domain, an agent's id. `used` is set for those that work once."""

agent = Table(
    "agent",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("expires", Float, nullable=False, server_default=text("0")),
    Column("next_certificate", Text, nullable=False, server_default=EMPTY),
    Column("next_fingerprint", String, unique=True),
    Column("removed", Float),
    Column("version", String, nullable=False, server_default=EMPTY),
    Column("address", String, nullable=False, server_default=EMPTY),
    Column("trace", String, nullable=False, server_default=text("'info'")),
    Column("registered", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Index("ix_agent_domain", "tenant", "domain"),
)
"""Processes beside the domains; `domain` is the DNS name, `trace` the level of the agent's own log.

A renewed certificate is the `next` one until it has opened a session: an agent that died before it stored it has the
one before. `expires` is when the agent's certificate does."""

call = Table(
    "call",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("domain", String, nullable=False),
    Column("job", Integer, nullable=False),
    Column("method", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("agent", String, nullable=False, server_default=EMPTY),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("renewed", Float),
    Column("acknowledged", Integer, nullable=False, server_default=text("0")),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("carried", String, nullable=False, server_default=EMPTY),
    Index("ix_call_state", "state", "domain"),
    Index(
        "ix_call_watch",
        "job",
        unique=True,
        sqlite_where=text("method = 'watch'"),
        postgresql_where=text("method = 'watch'"),
    ),
    sqlite_autoincrement=True,
)
"""What an agent is asked to do: a method of a Source with its arguments. `open`, `taken`, `answered`, gone.

The agent of an open one gave it back, and others of the domain are to have it first.

An agent has a call under a lease that it renews; after its death the call is open again for another, whose `attempt` is
the next. Answers up to `acknowledged` were used; an agent runs at most a few ahead of that. `expires` is moved on by
whoever waits for the answer; `carried` is `telemetry.tracing.carry`'s text."""

answer = Table(
    "answer",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("call", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("last", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("call", "seq"),
)
"""Compressed parts of what an agent answers, from 1; a part goes when it was taken."""

errand = Table(
    "errand",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("method", String, nullable=False),
    Column("arguments", LargeBinary, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("request", String, nullable=False, server_default=EMPTY),
    Column("state", String, nullable=False),
    Column("worker", String, nullable=False, server_default=EMPTY),
    Column("renewed", Float),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("progress", LargeBinary),
    Column("result", LargeBinary),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("carried", String, nullable=False, server_default=EMPTY),
    Column("who_id", String, nullable=False, server_default=EMPTY),
    Column("login", String, nullable=False, server_default=EMPTY),
    Column("address", String, nullable=False, server_default=EMPTY),
    Index("ix_errand_state", "state"),
    sqlite_autoincrement=True,
)
"""Calls of Control that read a source or take long: asked for by the API, done by a worker. `open`, `taken`, `done`.

`renewed` is the last sign of life: of the worker that has it, or of workers that are all busy while it is open.
`result` is the compressed last line of the answer, a result or a problem. `who_id` is that of `audit`,
`login` the id of the token, `address` the client's."""

errand_part = Table(
    "errand_part",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("errand", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("errand", "seq"),
)
"""Compressed lines of an answer that come before its result, from 1: the findings of a report."""

progress = Table(
    "progress",
    metadata,
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("tenant", Integer, nullable=False),
    Column("stage", String, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("began", Float, nullable=False),
    Column("updated", Float, nullable=False),
)
"""How far a job's running cycle has come, told at most twice a second; no row where none runs."""

process = Table(
    "process",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("role", String, nullable=False),
    Column("machine", String, nullable=False),
    Column("version", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("url", String, nullable=False, server_default=EMPTY),
    Column("authority", String, nullable=False, server_default=EMPTY),
    Column("certificate_expires", Float),
)
"""Processes of the service, `service` and `worker`, as they were last heard of.

`url` is where a service is to be reached; `authority` the SHA-256 of the authority that its clients must trust, empty
where the system knows it. `certificate_expires` is when an administrator's own certificate does that it shows."""

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("time", Float, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("details", Text, nullable=False, server_default=text("'{}'")),
    Column("request", String, nullable=False, server_default=EMPTY),
    Column("who_id", String, nullable=False, server_default=EMPTY),
    Column("app", String, nullable=False, server_default=EMPTY),
    Index("ix_audit_time", "tenant", "time"),
)
"""Every administrative act: who did what to what, with the request's id; refused ones too.

`who_id` is a user's or service principal's id, `app` the appId of an application that acted by itself."""

backup = Table(
    "backup",
    metadata,
    Column("tenant", Integer, primary_key=True, autoincrement=False),
    Column("time", Float, nullable=False),
    Column("machine", String, nullable=False),
    Column("place", String, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
"""The last backup that was written to a file, so that its age can be shown."""
