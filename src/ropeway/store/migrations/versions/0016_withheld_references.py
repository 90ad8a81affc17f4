"""The references of an entry that the rules which apply to it leave out."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("entry", sa.Column("withheld", sa.String(), nullable=False, server_default=""))
