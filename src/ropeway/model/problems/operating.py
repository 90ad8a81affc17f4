"""Problems of running a service: backup, restore, and what `ropeway service status` finds."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "backup-exists",
        Severity.ERROR,
        "There is a file of that name already",
        "A backup replaces nothing by itself.",
        "Choose another name, say --force, or use --keep NUMBER FOLDER, which finds a name for each backup.",
    ),
    Entry(
        "backup-running",
        Severity.ERROR,
        "Another process is writing this backup",
        "It has the file locked.",
        "Wait for it, or choose another name.",
    ),
    Entry(
        "backup-unwritten",
        Severity.ERROR,
        "The backup could not be written",
        "The system said: {error}. Nothing was left behind, and earlier backups are as they were.",
        "Free some space (df -h {folder} shows how much there is), or check the rights on the folder; then try again.",
    ),
    Entry(
        "backup-unreadable",
        Severity.ERROR,
        "The backup cannot be read",
        "The system said: {error}.",
        "Check the name of the file and the rights on it.",
    ),
    Entry(
        "backup-foreign",
        Severity.ERROR,
        "This is no backup of Ropeway",
        "A backup begins with the words ROPEWAY BACKUP; this file does not. Nothing was touched.",
        "Name a file that `ropeway service backup` wrote.",
    ),
    Entry(
        "backup-damaged",
        Severity.ERROR,
        "The backup is damaged",
        "It is cut off, or something in it was changed: its digest does not fit. Nothing was touched.",
        "Copy it again from where it is kept, or use an earlier one.",
    ),
    Entry(
        "backup-too-new",
        Severity.ERROR,
        "The backup was written by a newer Ropeway",
        "It is of version {found}. Nothing was touched.",
        "Restore it with that version or a later one; `ropeway --version` says which this is.",
    ),
    Entry(
        "backup-of-another-tenant",
        Severity.ERROR,
        "The backup is of another installation",
        "Its tenant is not the one whose state would be replaced. Nothing was touched.",
        "Restore it into a state of its own: ropeway --state FILE service restore {object}",
    ),
    Entry(
        "trace-endpoint-unfit",
        Severity.ERROR,
        "Traces cannot be sent to this address",
        "Spans name jobs and machines, so they are sent by HTTPS, or to a collector on this machine.",
        "Write it like https://collector.contoso.com:4318/v1/traces or http://127.0.0.1:4318/v1/traces.",
    ),
    Entry(
        "state-empty",
        Severity.ERROR,
        "There is nothing to back up",
        "No state was ever made here.",
        "Check the address given with --state or ROPEWAY_STATE.",
    ),
    Entry(
        "state-not-empty",
        Severity.ERROR,
        "The state is in use",
        "It has jobs, objects or agents, which a restore would replace. Nothing was touched.",
        "Restore into another state (--state), or say --replace to put the backup in the place of what is there; "
        "`ropeway service backup` keeps that before.",
    ),
)
