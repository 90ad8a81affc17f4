"""Applications say which permissions they will need."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("application", sa.Column("required", sa.Text(), server_default=sa.text("'[]'"), nullable=False))
