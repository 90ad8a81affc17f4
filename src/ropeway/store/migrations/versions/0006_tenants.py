"""Many tenants: names of their own, a mark of those that go, verified domains that belong to one, jobs due of all."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("tenant") as batch:
        batch.add_column(sa.Column("created", sa.Float(), nullable=True))
        batch.add_column(sa.Column("removed", sa.Float(), nullable=True))
    op.create_index("ix_tenant_name", "tenant", ["name"], unique=True)
    op.create_index(
        "ix_directory_domain_owner",
        "directory_domain",
        ["name"],
        unique=True,
        sqlite_where=sa.text("verified"),
        postgresql_where=sa.text("verified"),
    )
    op.drop_index("ix_job_next_run", "job")
    op.create_index("ix_job_due", "job", ["next_run"], unique=False)
