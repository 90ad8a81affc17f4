"""The sign-in log by person, name and application, each in the order of time: questions about one read all of it."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.drop_index("ix_sign_in_person", "sign_in")
    for name in ("person", "name", "application"):
        op.create_index(f"ix_sign_in_{name}", "sign_in", ["tenant", name, "time"], unique=False)
