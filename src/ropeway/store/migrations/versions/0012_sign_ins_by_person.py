"""The sign-in log by person: a page of users with signInActivity read all of it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_sign_in_person", "sign_in", ["tenant", "person"], unique=False)
