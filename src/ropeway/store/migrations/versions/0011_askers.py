"""Calls that workers do know the id of the person who asked, for the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("errand", sa.Column("who_id", sa.String(), server_default=sa.text("''"), nullable=False))
