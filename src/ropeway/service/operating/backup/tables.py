"""What is in a backup, what is not, and what a restore leaves alone."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from ropeway.store.metadata import metadata

LEFT_OUT = frozenset(
    {
        "answer",
        "backup",
        "call",
        "directory_change",
        "errand",
        "process",
        "progress",
        "sign_in_grant",
        "sign_in_lockout",
        "sign_in_place",
    }
)
"""Not in a backup: what lives as long as a process, a cycle or a sign-in does, and the directory's change log.

Whoever reads that log, as Graph's delta, begins anew after a restore: what they were told since the backup is not so
any more."""

ONLY = {"token": "kind = 'administrator' AND used IS NULL"}
"""Rows that are in it, of tables that are in part: no token that works once comes to life again."""

BLANK = {("lease", "holder"): ""}
"""Columns that are emptied: nobody holds a job in a backup."""

IDENTITIES = frozenset(
    {"agent", "application", "application_credential", "application_grant", "audit", "authority", "person_password"}
    | {"role_member", "sign_in", "signing_key", "token"}
)
"""Who may do what, and who did. Restored into an empty state; over a state in use they stay as they are.

Otherwise an older backup would let in again whoever was shut out since, lock out agents with a newer certificate, and
let an administrator undo the trail of his acts."""

FLEETING = ("answer", "call", "errand", "progress")
"""Emptied by a restore: they speak of jobs and objects that may be others now."""


def in_backup(c: Connection) -> list[str]:
    """The tables of this database that a backup holds, of whichever version they are."""
    return sorted(set(inspect(c).get_table_names()) & set(metadata.tables) - LEFT_OUT)


def numbered(c: Connection) -> list[str]:
    """Tables left out whose counter is kept all the same: a late answer must not meet another call of its number."""
    return sorted(set(inspect(c).get_table_names()) & set(FLEETING))
