"""Problems of the running service: who may ask, what it could not do."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "not-signed-in",
        Severity.ERROR,
        "Nobody is signed in",
        "The request has no token that is good here: none, an expired or revoked one, or one of another service.",
        "Sign in with `ropeway login`; the first link is printed by `ropeway up`, another by `ropeway login --new`.",
        also_known_as="InvalidAuthenticationToken",
    ),
    Entry(
        "not-allowed",
        Severity.ERROR,
        "This is not allowed to whoever asks",
        "{reason}",
        "Ask somebody who may do it.",
        also_known_as="Authorization_RequestDenied",
    ),
    Entry(
        "tenant-unknown",
        Severity.ERROR,
        "There is no such tenant",
        "No tenant has the name or id “{value}”; there are: {known}.",
        "`ropeway tenant list` shows them with their ids; `ropeway tenant create NAME` makes one.",
    ),
    Entry(
        "tenant-name-taken",
        Severity.ERROR,
        "A tenant has this name already",
        "There is a tenant “{value}”.",
        "Choose another name, or look at that one: `ropeway tenant show NAME`.",
    ),
    Entry(
        "tenant-name-invalid",
        Severity.ERROR,
        "This is no name for a tenant",
        "“{value}” is none: a name has 1 to 64 characters that can be seen, and no slash.",
        "Choose another name.",
    ),
    Entry(
        "tenant-is-home",
        Severity.ERROR,
        "The first tenant stays",
        "“{value}” is the tenant that the service began with; what belongs to the service as a whole is kept there.",
        "Remove what is in it instead: its jobs with `ropeway job delete`. To be rid of everything, delete the state.",
    ),
    Entry(
        "source-through-agents",
        Severity.ERROR,
        "The source is read by agents",
        "{object} is read through agents beside the domain, which answer to the service alone.",
        "Let the service do it: start it with `ropeway up` or `ropeway service`, and sign in with `ropeway login`.",
    ),
)
