"""Wrong passwords are forgotten a day after the last one, those of user names that nobody has as well."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("sign_in_lockout", sa.Column("seen", sa.Float(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_sign_in_lockout_seen", "sign_in_lockout", ["seen"], unique=False)
