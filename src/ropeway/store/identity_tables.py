"""Sign-in: applications and what they may do, keys that sign tokens, what people and applications were given."""

from __future__ import annotations

from sqlalchemy import (
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

application = Table(
    "application",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("app_id", String, nullable=False, unique=True),
    Column("principal", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("redirects", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("required", Text, nullable=False, server_default=text("'[]'")),
    Index("ix_application_tenant", "tenant", "name"),
)
"""Applications with their service principal. `redirects` is a JSON list; a `public` one has no credential.
`required` is a JSON list of the permissions that administrators are asked for, `Role NAME` or `Scope NAME`."""

credential = Table(
    "application_credential",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("application", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("hint", String, nullable=False, server_default=EMPTY),
    Column("certificate", Text, nullable=False, server_default=EMPTY),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Index("ix_application_credential_application", "application"),
)
"""`secret`: the SHA-256 of 256 random bits, and their first characters. `certificate`: its SHA-256, and it in PEM."""

grant = Table(
    "application_grant",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("application", String, nullable=False),
    Column("person", String, nullable=False, server_default=EMPTY),
    Column("permission", String, nullable=False),
    Column("created", Float, nullable=False),
    PrimaryKeyConstraint("application", "person", "permission"),
)
"""What an application may do, named as Graph's permissions: by itself (`person` empty), or for a person who consented;
`*` is everybody, by an administrator's consent."""

signing_key = Table(
    "signing_key",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("id", String, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
)
"""RSA keys of a tenant; the private one is sealed with the service's key file."""

given = Table(
    "sign_in_grant",
    metadata,
    Column("digest", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("family", String, nullable=False),
    Column("application", String, nullable=False),
    Column("person", String, nullable=False),
    Column("code", String, nullable=False, server_default=EMPTY),
    Column("details", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float),
    Index("ix_sign_in_grant_family", "family"),
    Index("ix_sign_in_grant_code", "code"),
    Index("ix_sign_in_grant_expires", "expires"),
    Index("ix_sign_in_grant_person", "tenant", "person"),
)
"""Secrets that stand for a sign-in, by their SHA-256: `code`, `refresh`, `device`, `session`.

A family goes back to one sign-in: when one of it is used twice, all of it is worth nothing. `code` is the digest of
what a person types for a device, or of the second half of the refresh token that was given last."""

password = Table(
    "person_password",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("person", String, nullable=False),
    Column("hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("second_factor", LargeBinary),
    Column("second_factor_step", Integer, nullable=False, server_default=text("0")),
    Column("changed", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "person"),
)
"""Passwords of cloud-only users as Argon2id hashes; a sealed TOTP key, and the last time step that was used."""

lockout = Table(
    "sign_in_lockout",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("person", String, nullable=False),
    Column("known_place", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last", String, nullable=False),
    Column("times", Integer, nullable=False),
    Column("until", Float, nullable=False),
    Column("seen", Float, nullable=False, server_default=text("0")),
    Index("ix_sign_in_lockout_seen", "seen"),
    PrimaryKeyConstraint("tenant", "person", "known_place"),
)
"""Wrong passwords in a row, of user names that nobody has as well, the last of them `seen` then.

Places from which somebody signed in before are counted apart."""

place = Table(
    "sign_in_place",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("person", String, nullable=False),
    Column("network", String, nullable=False),
    Column("seen", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "person", "network"),
    Index("ix_sign_in_place_seen", "seen"),
)
"""Networks from which somebody signed in, and when last."""

role = Table(
    "role_member",
    metadata,
    Column("tenant", Integer, nullable=False),
    Column("role", String, nullable=False),
    Column("person", String, nullable=False),
    Column("created", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "person", "role"),
)
"""Who has which directory role."""

sign_in = Table(
    "sign_in",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("time", Float, nullable=False),
    Column("person", String, nullable=False),
    Column("name", String, nullable=False),
    Column("application", String, nullable=False),
    Column("application_name", String, nullable=False),
    Column("way", String, nullable=False),
    Column("resource", String, nullable=False),
    Column("error", Integer, nullable=False),
    Column("address", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("request", String, nullable=False),
    Index("ix_sign_in_time", "tenant", "time"),
    Index("ix_sign_in_person", "tenant", "person", "time"),
    Index("ix_sign_in_name", "tenant", "name", "time"),
    Index("ix_sign_in_application", "tenant", "application", "time"),
)
"""Every sign-in, refused ones too; `error` is the AADSTS number, 0 for success."""
