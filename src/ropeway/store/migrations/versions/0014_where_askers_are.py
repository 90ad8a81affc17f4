"""Calls that workers do know from which address they were asked for, and with which sign-in, for the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    have = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("errand")}
    for name in ("login", "address"):
        if name not in have:  # a state that was made new between the columns and their number has them
            op.add_column("errand", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
