"""Problems found where administrators change the schema of a job."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "schema-changed-meanwhile",
        Severity.ERROR,
        "The schema of this job was changed in between",
        "You looked at its revision {seen}; now it has revision {found}. Taking yours would undo the other change, so "
        "nothing was done.",
        "See what became other with `ropeway schema diff {object} FILE`, export it again with "
        "`ropeway schema export {object}`, and make your change in that file.",
    ),
    Entry(
        "schema-upgraded",
        Severity.INFO,
        "Ropeway's default schema is another one than you last saw",
        "An upgrade changed it (places: {changes}). Your own changes were kept (all in all: {edits}; where the upgrade "
        "changes something, too: {conflicts}).",
        "See all of it with `ropeway schema diff {object} --upgrade`; add --seen, and this notice is gone.",
    ),
    Entry(
        "schema-edit-rests",
        Severity.WARNING,
        "A change of yours to the default schema has no effect",
        "It is about {place}, which the default schema of this version no longer has. The change is kept.",
        "See it with `ropeway schema diff {object} --upgrade`. Make it anew at another place with "
        "`ropeway schema import`, or give it up with `ropeway schema reset {object}`.",
    ),
    Entry(
        "schema-nothing-to-reset",
        Severity.ERROR,
        "There is nothing of yours to give up",
        "{reason}.",
        "See what is changed with `ropeway schema diff {object}`.",
    ),
    Entry(
        "schema-test-unreadable",
        Severity.ERROR,
        "The test cannot be made as it is asked for",
        "At {path}: {reason}.",
        "docs/schemas.md has examples of entries and files of cases.",
    ),
    Entry(
        "expression-unreadable",
        Severity.ERROR,
        "The expression has an error",
        "At {reason}.",
        "Correct it there. docs/functions lists every function of each dialect; --dialect says which one is meant, "
        "here {dialect}.",
    ),
    Entry(
        "schema-test-no-type",
        Severity.ERROR,
        "No rule is about objects of this type",
        "The schema maps {known}.",
        "Name the type with --type, or look at the rules with `ropeway schema show`.",
    ),
)
