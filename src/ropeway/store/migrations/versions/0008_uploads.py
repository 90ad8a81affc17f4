"""What clients upload to jobs of API-driven provisioning."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("manager", sa.String(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("job", "anchor", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_sequence", "upload", ["job", "sequence"], unique=True)
    op.create_index("ix_upload_manager", "upload", ["job", "manager"], unique=False)
