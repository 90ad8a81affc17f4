"""People sign in: from where, and what they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "sign_in_place",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", "network", name=op.f("pk_sign_in_place")),
    )
    op.create_index("ix_sign_in_place_seen", "sign_in_place", ["seen"], unique=False)
    op.create_index("ix_sign_in_grant_person", "sign_in_grant", ["tenant", "person"], unique=False)
