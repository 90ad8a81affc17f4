"""Look-ups: values that many objects share, filled from the change log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "directory_lookup",
        sa.Column("tenant", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", key, nullable=False),
        sa.Column("value", key, nullable=False),
        sa.Column("object", number, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "value", "object", name=op.f("pk_directory_lookup")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_directory_lookup_object", "directory_lookup", ["object"], unique=False)
    with op.batch_alter_table("directory") as batch:
        batch.add_column(sa.Column("looked_up", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch.add_column(sa.Column("rebuilt", number, nullable=True))
