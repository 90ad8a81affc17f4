"""When the certificate ends that an administrator gave to a service: its own are renewed by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("process", sa.Column("certificate_expires", sa.Float()))
