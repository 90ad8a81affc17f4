"""The audit trail tells people and applications apart, by their ids."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for name in ("who_id", "app"):
        op.add_column("audit", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
