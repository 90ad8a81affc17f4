"""Problems found in a job as a whole: watermarks, leases, guards, settings."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "job-unknown",
        Severity.ERROR,
        "There is no job of that name",
        "The jobs here are: {jobs}.",
        "Use one of these names, or make the job with `ropeway job create`.",
    ),
    Entry(
        "job-name-taken",
        Severity.ERROR,
        "A job of that name exists already",
        "Names of jobs are unique within a tenant.",
        "Choose another name, or look at the existing one with `ropeway job show {object}`.",
    ),
    Entry(
        "job-name-unfit",
        Severity.ERROR,
        "This cannot be the name of a job",
        "{reason}.",
        "Choose a name of 1 to 100 characters that can be seen and typed, like --name Contoso.",
    ),
    Entry(
        "job-paused",
        Severity.ERROR,
        "The job is paused",
        "Somebody paused it with `ropeway job pause`; nothing is read or written.",
        "Let it run again with `ropeway job resume {object}`.",
    ),
    Entry(
        "synchronization-off",
        Severity.ERROR,
        "Directory synchronization is deactivated in this tenant",
        "Somebody deactivated it for all jobs: onPremisesSyncEnabled of the organization is false. Nothing is written.",
        "Activate it with `ropeway directory synchronization on`.",
        also_known_as="Directory synchronization is not activated",
    ),
    Entry(
        "threshold-invalid",
        Severity.ERROR,
        "This is no threshold of deletions",
        "{value} is not between 1 and {most}.",
        "Say a number, or with enabledForPercentage a share of 1 to 100.",
    ),
    Entry(
        "job-is-running",
        Severity.ERROR,
        "Another process is running this job",
        "{holder} has had it since {since}; two at once would undo each other's work.",
        "Wait for it, or stop that process; if it died, its claim ends by itself within a minute.",
    ),
    Entry(
        "lease-lost",
        Severity.FATAL,
        "This process no longer has the job",
        "{holder} took it over at {since}, since this process did not answer for a minute; nothing was written twice.",
        "Nothing needs repair. Run only one installation, or look why this machine stood still.",
    ),
    Entry(
        "run-cut-off",
        Severity.WARNING,
        "The last run did not end",
        "{holder} had the job since {since}, and is gone: killed, or out of reach. What it had written stays.",
        "The next run goes on from there, nothing is lost and nothing is done twice. To run it now: "
        "`ropeway job run {object}`.",
    ),
    Entry(
        "job-failed",
        Severity.FATAL,
        "The job met a failure that nobody foresaw",
        "The program's own log names the place ({error}). Nothing was lost: the job is tried again by itself.",
        "If it stays, run it by hand with `ropeway job run {object}`, and report what that prints.",
    ),
    Entry(
        "scope-base-missing",
        Severity.FATAL,
        "A container or group of the scope is gone",
        "The job's scope names it (GUID {guid}), but the source no longer has it, or the account may no longer "
        "read it; going on would remove everybody below it, so nothing was exported.",
        "Restore it or its permissions, and the job goes on by itself; or give the job another scope: `ropeway job "
        "scope`. A rename or move is no cause, GUIDs stay.",
    ),
    Entry(
        "scope-group-unreadable",
        Severity.FATAL,
        "The members of a group in the scope can no longer be read",
        "To this account {member} is not in {object} any more, but says to be; going on would remove the members, so "
        "nothing was exported.",
        "Let the job's account read the group's attribute member again, and the job goes on by itself; or give the job "
        "another scope: `ropeway job scope`.",
    ),
    Entry(
        "scope-base-unknown",
        Severity.ERROR,
        "No such container or group in the source",
        "The source has no object of that name, or the account may not read it.",
        "Check the spelling of the DN; `ldapsearch` with the same account shows what it may read.",
    ),
    Entry(
        "hold-many-changes",
        Severity.WARNING,
        "Too many {what} at once ({type})",
        "{waiting} of {total} would go, and {gone} went within the last 24 hours; allowed are {allowed}. Everything "
        "else goes on.",
        "Look with `ropeway job plan`. If they are meant, approve them with `ropeway job approve`; "
        "if not, put the source right: what is no longer wanted drops out by itself.",
        also_known_as="stopped-deletion-threshold-exceeded, TooManyDeletes",
    ),
    Entry(
        "hold-rules-changed",
        Severity.WARNING,
        "Changed rules or scope would cause many {what} ({type})",
        "The job's filter, base containers, groups or schema changed, and {count} of {total} would go.",
        "Look with `ropeway job plan`. Change the scope back, or approve with `ropeway job approve`.",
    ),
    Entry(
        "hold-empty-source",
        Severity.WARNING,
        "The source was read and is empty ({type})",
        "A complete read brought no object at all, and {count} of {total} would go.",
        "Check file, base and account of the source. If it is meant, approve with `ropeway job approve`.",
    ),
    Entry(
        "hold-unknown",
        Severity.ERROR,
        "There is no such hold",
        "Its changes were exported, or are no longer wanted, or the number is wrong.",
        "See what waits with `ropeway job holds`.",
    ),
    Entry(
        "hold-changed",
        Severity.ERROR,
        "The hold is not what you saw",
        "Since you looked, changes joined it or dropped out (its digest is {digest} now).",
        "Look again with `ropeway job holds` and approve what you see.",
    ),
    Entry(
        "object-unknown",
        Severity.ERROR,
        "No object of that name is known",
        "No job has read a DN, GUID or UPN like this, and the directory has none.",
        "Check the spelling. Who is not in the directory yet is found by DN or GUID alone; an object created just now "
        "is known after the next cycle.",
    ),
    Entry(
        "time-unreadable",
        Severity.ERROR,
        "This is no time",
        "A time is written as ISO 8601.",
        "Write it like 2026-01-31 or 2026-01-31T08:00:00Z.",
    ),
    Entry(
        "text-unreadable",
        Severity.ERROR,
        "This text cannot be read",
        "It holds bytes that are no UTF-8, or a NUL, so nothing can be called that.",
        "Type it again, in a terminal that uses UTF-8 (`locale` says).",
    ),
    Entry(
        "database-trouble",
        Severity.FATAL,
        "The state could not be read or written",
        "The system said: {error}.",
        "Bring the database back, or free some space on its disk; the next run goes on where this one ended, nothing "
        "is lost.",
    ),
    Entry(
        "commit-unanswered",
        Severity.ERROR,
        "Whether all of this was done is not known",
        "The database was lost when it had been told to store something. The system said: {error}.",
        "Once the database is back (/readyz tells), look whether it was done before you ask for it again.",
    ),
    Entry(
        "state-disk-full",
        Severity.FATAL,
        "The disk of the state is full",
        "The system said: {error}.",
        "Free some space (df -h {folder} shows how much there is); the next run goes on where this one ended, nothing "
        "is lost.",
        also_known_as="stopped-database-disk-full",
    ),
    Entry(
        "state-of-another-version",
        Severity.FATAL,
        "The state was made by another version of Ropeway, or changed by hand",
        "A table or column is missing; the system said: {error}.",
        "Use the version that made it (ropeway --version), or put its latest copy in its place.",
    ),
    Entry(
        "state-cannot-open",
        Severity.FATAL,
        "The state cannot be opened",
        "The system said: {error}.",
        "Check the address given with --state or ROPEWAY_STATE, and the rights of this user on the file or database; "
        "whether a PostgreSQL server answers there, psql with the same address tells. Only in the place of a file that "
        "the system calls malformed or no database: `ropeway service restore` of the last backup.",
    ),
    Entry(
        "state-too-new",
        Severity.FATAL,
        "The state was written by a newer Ropeway",
        "It has version {found}; this program knows up to {known}.",
        "Use the newer program, or restore a backup from before the upgrade.",
    ),
)
