"""Problems of running a service: backup, restore, and what `ropeway service status` finds."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

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
        "Write it like https://collector.contoso.com:4318 or http://127.0.0.1:4318.",
    ),
    Entry(
        "state-empty",
        Severity.ERROR,
        "There is no state here",
        "No state was ever made here.",
        "Name the state that the service has, with --state or ROPEWAY_STATE; `ropeway up` makes a new one.",
    ),
    Entry(
        "state-not-empty",
        Severity.ERROR,
        "The state is in use",
        "It has jobs, objects or agents, which a restore would replace. Nothing was touched.",
        "Restore into another state (--state), or say --replace to put the backup in the place of what is there; "
        "`ropeway service backup` keeps that before.",
    ),
    Entry(
        "worker-silent",
        Severity.FATAL,
        "Nobody runs the jobs",
        "No worker was heard of within a minute, and no job is running.",
        "Start the service: systemctl start ropeway, or `ropeway up`. Its log tells why it ended: "
        "journalctl -u ropeway -e",
    ),
    Entry(
        "job-stopped",
        Severity.FATAL,
        "A problem keeps the job from ending a cycle",
        "Since {since}: {why}",
        "Do what that says; the job is tried again by itself. Run it by hand to see: ropeway job run {object}",
        also_known_as="no-start-credentials, stopped-server-down",
    ),
    Entry(
        "job-quarantine-lasts",
        Severity.FATAL,
        "The job is in quarantine",
        "Since {since}, for the reason {reason}; it is tried less and less often, and disabled after four weeks.",
        "Look with `ropeway job show {object}`; once the cause is gone: ropeway job clear-quarantine {object}",
    ),
    Entry(
        "job-overdue",
        Severity.ERROR,
        "The job has not ended well for too long",
        "Its last good cycle was at {since}.",
        "Look with `ropeway job show {object}`, and whether a worker runs with `ropeway service status`.",
        also_known_as="Health data is not up to date",
    ),
    Entry(
        "changes-held",
        Severity.WARNING,
        "Changes wait for approval",
        "{holds} holds keep back {count} changes.",
        "Look with `ropeway job holds {object}`, then approve what is meant.",
        also_known_as="stopped-deletion-threshold-exceeded",
    ),
    Entry(
        "no-agent",
        Severity.FATAL,
        "No agent of the domain is heard of",
        "{count} agents of {object} are registered, and none has been heard of for 90 seconds: nothing is read there.",
        "Look at the machines of the agents: systemctl status ropeway-agent",
        also_known_as="HybridIdentityServiceNoActiveAgents",
    ),
    Entry(
        "agents-silent",
        Severity.WARNING,
        "Agents are not heard of",
        "{count} of {object} have not been heard of for 90 seconds; the others do their work.",
        "Look at their machines: systemctl status ropeway-agent. One that is gone for good: ropeway agent remove",
    ),
    Entry(
        "errands-waiting",
        Severity.ERROR,
        "Calls wait for a worker",
        "{count} wait, the oldest since {since}.",
        "Look whether a worker runs: ropeway service status",
    ),
    Entry(
        "certificate-expires",
        Severity.WARNING,
        "A certificate expires soon",
        "The {object} is good until {when}.",
        "A certificate of yours is taken up as soon as its file is another one. An authority of the service: "
        "`ropeway service ca --new`, after which everybody signs in again and agents are registered again.",
    ),
    Entry(
        "disk-low",
        Severity.WARNING,
        "The disk of the state is nearly full",
        "{free} are free beside a state of {size}; a large run or a backup on this disk may need as much again.",
        "Free some space, or move the state: docs/operations.md says how.",
        also_known_as="stopped-database-disk-full",
    ),
    Entry(
        "backup-old",
        Severity.WARNING,
        "There is no recent backup",
        "The last one that the state knows of: {since}.",
        "Make one: ropeway service backup --keep 7 /var/backups/ropeway. Every night: systemctl enable --now "
        "ropeway-backup.timer",
    ),
)
