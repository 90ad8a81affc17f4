"""Sign-in: applications, their credentials and permissions, signing keys, passwords, roles, the sign-in log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

EMPTY = sa.text("''")


def text(name: str, **more: Any) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(), nullable=False, **more)


def number(name: str, kind: Any = sa.Float, **more: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind(), nullable=False, **more)


def upgrade() -> None:
    op.create_table(
        "application",
        text("id"), number("tenant", sa.Integer), text("app_id"), text("principal"), text("name"),
        number("public", sa.Boolean), number("enabled", sa.Boolean), number("redirects", sa.Text), number("created"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("app_id", name=op.f("uq_application_app_id")),
        sa.UniqueConstraint("principal", name=op.f("uq_application_principal")),
    )
    op.create_index("ix_application_tenant", "application", ["tenant", "name"], unique=False)
    op.create_table(
        "application_credential",
        text("id"), number("tenant", sa.Integer), text("application"), text("kind"), text("name"), text("digest"),
        text("hint", server_default=EMPTY), number("certificate", sa.Text, server_default=EMPTY),
        number("created"), number("expires"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_credential")),
    )
    op.create_index("ix_application_credential_application", "application_credential", ["application"], unique=False)
    op.create_table(
        "application_grant",
        number("tenant", sa.Integer), text("application"), text("person", server_default=EMPTY), text("permission"),
        number("created"),
        sa.PrimaryKeyConstraint("application", "person", "permission", name=op.f("pk_application_grant")),
    )
    op.create_table(
        "signing_key",
        number("tenant", sa.Integer), text("id"), number("certificate", sa.Text), number("key", sa.LargeBinary),
        number("created"),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "sign_in_grant",
        text("digest"), number("tenant", sa.Integer), text("kind"), text("family"), text("application"),
        text("person"), text("code", server_default=EMPTY), number("details", sa.Text), number("created"),
        number("expires"), sa.Column("used", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_grant")),
    )
    for name in ("family", "code", "expires"):
        op.create_index(f"ix_sign_in_grant_{name}", "sign_in_grant", [name], unique=False)
    op.create_table(
        "person_password",
        number("tenant", sa.Integer), text("person"), number("hash", sa.Text), number("must_change", sa.Boolean),
        sa.Column("second_factor", sa.LargeBinary(), nullable=True),
        number("second_factor_step", sa.Integer, server_default=sa.text("0")), number("changed"),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_person_password")),
    )
    op.create_table(
        "sign_in_lockout",
        number("tenant", sa.Integer), text("person"), number("known_place", sa.Boolean),
        number("failures", sa.Integer), text("last"), number("times", sa.Integer), number("until"),
        sa.PrimaryKeyConstraint("tenant", "person", "known_place", name=op.f("pk_sign_in_lockout")),
    )
    op.create_table(
        "role_member",
        number("tenant", sa.Integer), text("role"), text("person"), number("created"),
        sa.PrimaryKeyConstraint("tenant", "person", "role", name=op.f("pk_role_member")),
    )
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sign_in",
        sa.Column("id", serial, nullable=False), number("tenant", sa.Integer), number("time"), text("person"),
        text("name"), text("application"), text("application_name"), text("way"), text("resource"),
        number("error", sa.Integer), text("address"), text("agent"), text("request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_time", "sign_in", ["tenant", "time"], unique=False)
