"""Problems of a job's life: quarantine, schedule, restarts, notifications."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "job-quarantined",
        Severity.WARNING,
        "The job is in quarantine",
        "Since {since}, for {reason}: {meaning} It is tried again at {next}, less and less often, "
        "and disabled after four weeks.",
        "`ropeway job show {object}` says what stopped it last, `ropeway log --job {object} --status failure` which "
        "objects failed. Put the cause right, then try at once with `ropeway job clear-quarantine {object}`.",
        also_known_as="Quarantine",
    ),
    Entry(
        "job-disabled",
        Severity.FATAL,
        "The job is disabled",
        "It was in quarantine for more than four weeks ({reason}); since {since} nothing is read or written.",
        "Put the cause right, then start it again with `ropeway job resume {object}`.",
    ),
    Entry(
        "restart-scope-unknown",
        Severity.ERROR,
        "There is no such scope of a restart",
        "The scopes are: {scopes}.",
        "Use one of these with `ropeway job restart JOB --scope SCOPE`, or none, which is what the portal does: "
        "QuarantineState, Watermark and Escrows.",
    ),
    Entry(
        "schedule-invalid",
        Severity.ERROR,
        "A job cannot run as often as that, or as seldom",
        "The interval must be between half a second and seven days, or what changed meanwhile can no longer be told.",
        "Use for example `ropeway job schedule JOB --every 2m`, 30m, or `--off`.",
    ),
    Entry(
        "retention-invalid",
        Severity.ERROR,
        "History cannot be kept as briefly as that, or as long",
        "Log and cycles are kept for at least a day, since the guards count what was written in the last 24 hours, and "
        "for a hundred years at most.",
        "Use for example `ropeway job history JOB --log-days 30 --cycle-days 30`.",
    ),
    Entry(
        "precedence-invalid",
        Severity.ERROR,
        "A job cannot have that precedence",
        "It is a whole number from 0 to 2,147,483,647; among several jobs the lower one wins.",
        "Use for example `--precedence 50`; 100 is usual.",
    ),
    Entry(
        "provision-too-early",
        Severity.ERROR,
        "Nothing can be provisioned on demand before the first run",
        "Until the source was read once, nobody knows which containers an object is in, and who is in the scope.",
        "Run the job once with `ropeway job run`; `ropeway job plan` reads without writing anything.",
    ),
    Entry(
        "provision-too-many",
        Severity.ERROR,
        "So many members cannot be provisioned on demand",
        "At most five members of a group are written with it.",
        "Name five or fewer; all others are written by the next run.",
    ),
    Entry(
        "retries-ended",
        Severity.WARNING,
        "Objects that were set aside are no longer tried by themselves",
        "{count} of them fail since more than 28 days; each is tried again as soon as its source object changes.",
        "See them with `ropeway log --job {object} --status failure`, and try them all now with "
        "`ropeway job clear-quarantine {object}`.",
    ),
    Entry(
        "notifications-invalid",
        Severity.ERROR,
        "Nobody can be told with these settings",
        "The file is not as it must be: {reason}.",
        "Correct it, an example is in docs/jobs.md, then try it with `ropeway job notify JOB --test`.",
    ),
    Entry(
        "notifications-missing",
        Severity.ERROR,
        "The job has nobody to tell",
        "No file with notification settings was named for it.",
        "Name one with `ropeway job notify {object} --file FILE`; an example is in docs/jobs.md.",
    ),
    Entry(
        "notification-unsent",
        Severity.WARNING,
        "A message did not arrive",
        "What went wrong: {reason}.",
        "Put it right, then try it with `ropeway job notify JOB --test`.",
    ),
    Entry(
        "notifications-late",
        Severity.WARNING,
        "Messages about the job do not arrive",
        "{count} of them are tried again and again. The last one: {why}",
        "Try it after a correction with `ropeway job notify {object} --test`; nothing else depends on it.",
    ),
    Entry(
        "compare-another-version",
        Severity.ERROR,
        "The other installation has another version of the state",
        "Pictures of different versions cannot be compared.",
        "Upgrade the older installation first, then compare again.",
    ),
)
