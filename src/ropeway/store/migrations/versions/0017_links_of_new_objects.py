"""The links that a new object was created with, in its line of the provisioning log."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("provisioning_event", sa.Column("carried", sa.Text()))
