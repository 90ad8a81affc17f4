"""Problems of directory roles."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "role-unknown",
        Severity.ERROR,
        "There is no such directory role",
        "“{value}” is none of: {roles}.",
        "`ropeway role list` shows them.",
        also_known_as="Request_ResourceNotFound",
    ),
    Entry(
        "role-assigned-already",
        Severity.ERROR,
        "The user has this role already",
        "{object} is {value}.",
        "Nothing is to be done.",
    ),
    Entry(
        "role-not-assigned",
        Severity.ERROR,
        "The user does not have this role",
        "{object} is no {value}.",
        "`ropeway role list` shows who is.",
        also_known_as="Request_ResourceNotFound",
    ),
)
