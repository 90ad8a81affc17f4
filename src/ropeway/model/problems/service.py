"""Problems of the running service: who may ask, what it could not do."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry, Severity

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
        "source-through-agents",
        Severity.ERROR,
        "The source is read by agents",
        "{object} is read through agents beside the domain, which answer to the service alone.",
        "Let the service do it: start it with `ropeway up` or `ropeway service`, and sign in with `ropeway login`.",
    ),
)
