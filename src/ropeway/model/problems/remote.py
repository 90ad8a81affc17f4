"""Problems between the command line and a service: requests, connections, errands."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "request-unfit",
        Severity.ERROR,
        "The request does not fit the call",
        "{reason}.",
        "docs/api.md says what each call takes.",
        also_known_as="Request_BadRequest",
    ),
    Entry(
        "request-too-large",
        Severity.ERROR,
        "The request is too large",
        "This call takes at most {most} bytes.",
        "Send less at once; docs/api.md says what each call takes.",
        also_known_as="Request_EntityTooLarge",
    ),
    Entry(
        "job-changed",
        Severity.ERROR,
        "The job's settings were changed in between",
        "You looked at revision {seen} of them; now they have revision {found}. Somebody else changed something that "
        "you have not seen, so nothing was done.",
        "Look with `ropeway job show {object}` what they are now, and repeat the command if it is still right.",
        also_known_as="PreconditionFailed",
    ),
    Entry(
        "state-with-password",
        Severity.ERROR,
        "The address of the other state holds a password",
        "A service would have to keep it while it works on this.",
        "Put the password into ~/.pgpass of the service's user, and leave it out of the address.",
    ),
    Entry(
        "service-unreachable",
        Severity.FATAL,
        "The service cannot be reached",
        "{url} does not answer: {error}.",
        "On its machine look with `systemctl status ropeway` whether it runs; from here, try `curl -I {url}/healthz`. "
        "Where the state itself can be reached, every command works without the service: add --state. "
        "If this service is gone for good: `ropeway logout`.",
    ),
    Entry(
        "service-not-trusted",
        Severity.FATAL,
        "This is not the service that you signed in to, or its certificate is no longer good",
        "The certificate that {url} shows was not accepted: {error}.",
        "At a first sign-in, or where the service was given another certificate: `ropeway login` with the link, or "
        "with --authority (the SHA-256 that `ropeway up` prints) or --ca FILE. If not, somebody stands between: a "
        "proxy that opens TLS must be told to leave this address alone. A clock that is days off has the same effect: "
        "`date` tells this machine's. Nothing was sent.",
    ),
    Entry(
        "service-answers-otherwise",
        Severity.FATAL,
        "The answer is not one of this service",
        "{url} answers {status}: {answer}.",
        "Look whether the address is the service's own and no proxy stands before it (`curl -i {url}/healthz`), and "
        "whether both have the same version (`ropeway version`).",
    ),
    Entry(
        "service-of-other-version",
        Severity.FATAL,
        "The service is of another version than this command",
        "{url} is of version {service}, this command of version {command}, and they do not understand each other: "
        "{status}, {answer}.",
        "Use the command of the service's version (as on its own machine), or bring the older of the two up to date.",
    ),
    Entry(
        "service-keeps-in-step",
        Severity.ERROR,
        "The service keeps the jobs in step",
        "This command talks to {object}, whose workers run every job that is due; nothing is left to be run from here.",
        "Watch a job with `ropeway job watch JOB`, or run one now with `ropeway job run JOB`. To keep jobs in step "
        "without a service, say where their state is: `ropeway --state FILE run`.",
    ),
    Entry(
        "errand-not-taken",
        Severity.FATAL,
        "No worker is running",
        "The service answers, but for {seconds} seconds nobody has taken this up; it was withdrawn, and nothing was "
        "done.",
        "Workers belong to `ropeway up` and `ropeway service`: look at their log with `journalctl -u ropeway`, and "
        "restart them with `systemctl restart ropeway`.",
    ),
    Entry(
        "errand-lost",
        Severity.ERROR,
        "The worker that did this has died",
        "{worker} has not been heard of any more. What it had written stays; whether it was done with it nobody knows.",
        "Look with `{look}` how far it came. If it is not done, say it again: nothing is done twice.",
    ),
    Entry(
        "errand-unknown",
        Severity.ERROR,
        "The service knows nothing of this errand",
        "Errand {value} was never yours, was withdrawn before it began, or ended more than ten minutes ago.",
        "Look with `ropeway job show JOB` or `ropeway log` what was done.",
    ),
    Entry(
        "errand-failed",
        Severity.FATAL,
        "Ropeway itself failed at this",
        "The worker's log names the place ({error}). That is a defect; what was stored is whole.",
        "Report it with what `journalctl -u ropeway` says about it.",
    ),
)
