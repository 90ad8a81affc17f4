"""The first tables: jobs and their state, and the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
        sa.UniqueConstraint("entry", "kind", name=op.f("uq_change_entry_kind")),
    )
    op.create_index("ix_change_hold", "change", ["job", "hold"], unique=False)
    op.create_index("ix_change_next", "change", ["job", "phase", "seq"], unique=False)
    op.create_table(
        "cycle",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cycle")),
    )
    op.create_index("ix_cycle_job", "cycle", ["job", "number"], unique=False)
    op.create_table(
        "directory",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_object", sa.BigInteger(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_directory")),
    )
    op.create_table(
        "directory_change",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("type", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("action", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", name=op.f("pk_directory_change")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "directory_contribution",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("job", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("object", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("standing", sa.SmallInteger(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "anchor", "job", name=op.f("pk_directory_contribution")),
    )
    op.create_index("ix_directory_contribution_object", "directory_contribution", ["object"], unique=False)
    op.create_table(
        "directory_domain",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("initial", sa.Boolean(), nullable=False),
        sa.Column("recalculated_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_directory_domain")),
    )
    op.create_table(
        "directory_key",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("object", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "value", name=op.f("pk_directory_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "directory_link",
        sa.Column("object", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("attribute", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("reference", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("job", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("object", "attribute", "reference", "job", name=op.f("pk_directory_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_directory_link_reference", "directory_link", ["tenant", "reference"], unique=False)
    op.create_table(
        "directory_object",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("type", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=True),
        sa.Column("deleted", sa.Float(), nullable=True),
        sa.Column("source_anchor", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("mail_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("nickname_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_directory_object")),
    )
    op.create_index(
        "ix_directory_object_binned",
        "directory_object",
        ["tenant", "source_anchor"],
        unique=False,
        sqlite_where=sa.text("deleted IS NOT NULL"),
        postgresql_where=sa.text("deleted IS NOT NULL"),
    )
    op.create_index("ix_directory_object_id", "directory_object", ["tenant", "id"], unique=True)
    op.create_index("ix_directory_object_mail", "directory_object", ["tenant", "mail_key"], unique=False)
    op.create_index("ix_directory_object_name", "directory_object", ["tenant", "type", "name_key"], unique=False)
    op.create_index(
        "ix_directory_object_nickname",
        "directory_object",
        ["tenant", "nickname_key"],
        unique=False,
        sqlite_where=sa.text("nickname_key IS NOT NULL"),
        postgresql_where=sa.text("nickname_key IS NOT NULL"),
    )
    op.create_table(
        "directory_waiting",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("object", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "value", "object", name=op.f("pk_directory_waiting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "due",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("job", "rank", "entry", name=op.f("pk_due")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("source_anchor", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("dn", sa.String(), nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("in_scope", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("target_type", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("exported", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entry")),
        sa.UniqueConstraint("job", "anchor", name=op.f("uq_entry_job_anchor")),
    )
    op.create_index(
        "ix_entry_foreign",
        "entry",
        ["type", "job"],
        unique=False,
        sqlite_where=sa.text("type = 'foreignSecurityPrincipal'"),
        postgresql_where=sa.text("type = 'foreignSecurityPrincipal'"),
    )
    op.create_index(
        "ix_entry_gone",
        "entry",
        ["job", "generation"],
        unique=False,
        sqlite_where=sa.text("live = false"),
        postgresql_where=sa.text("live = false"),
    )
    op.create_index(
        "ix_entry_linked",
        "entry",
        ["job", "target_type", "target"],
        unique=False,
        sqlite_where=sa.text("target IS NOT NULL"),
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_index("ix_entry_parent", "entry", ["job", "parent"], unique=False)
    op.create_table(
        "escrow",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first", sa.Float(), nullable=False),
        sa.Column("last", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("job", "anchor", name=op.f("pk_escrow")),
    )
    op.create_table(
        "hold",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("approved", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hold")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hold_job", "hold", ["job"], unique=False)
    op.create_table(
        "job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("watermark", sa.LargeBinary(), nullable=True),
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("decided_by", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_success", sa.Float(), nullable=True),
        sa.Column("last_comparison", sa.Float(), nullable=True),
        sa.Column("problems", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("standing", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job")),
        sa.UniqueConstraint("id", name=op.f("uq_job_id")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_job_tenant_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "later",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("job", "entry", name=op.f("pk_later")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_later_at", "later", ["job", "at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("job", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("renewed", sa.Float(), nullable=False),
        sa.Column("machine", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("machine_since", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_lease")),
    )
    op.create_table(
        "default_schema",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_default_schema")),
    )
    op.create_table(
        "job_schema",
        sa.Column("job", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_schema")),
    )
    op.create_table(
        "link",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("exported", sa.Boolean(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("hold", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "attribute", "other", name=op.f("pk_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_link_other", "link", ["job", "other"], unique=False)
    op.create_index(
        "ix_link_pending",
        "link",
        ["owner"],
        unique=False,
        sqlite_where=sa.text("present <> exported"),
        postgresql_where=sa.text("present <> exported"),
    )
    op.create_table(
        "notice",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("next_attempt", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.String(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notice")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_job", "notice", ["job"], unique=False)
    op.create_index("ix_notice_next", "notice", ["tenant", "next_attempt"], unique=False)
    op.create_table(
        "provisioning_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("modified", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisioning_event")),
    )
    op.create_index("ix_provisioning_event_action", "provisioning_event", ["job", "action", "time"], unique=False)
    op.create_index("ix_provisioning_event_entry", "provisioning_event", ["entry"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tenant")),
        sa.UniqueConstraint("id", name=op.f("uq_tenant_id")),
    )
