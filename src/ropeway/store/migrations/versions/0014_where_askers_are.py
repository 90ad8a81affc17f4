"""Calls that workers do know from which address they were asked for, and with which sign-in, for the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for name in ("login", "address"):
        op.add_column("errand", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
