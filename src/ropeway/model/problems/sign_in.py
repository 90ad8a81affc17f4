"""Problems of applications, and of signing in."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "application-unknown",
        Severity.ERROR,
        "There is no such application",
        "No application has the name, appId or id “{value}”.",
        "`ropeway app list` shows them.",
        also_known_as="Request_ResourceNotFound",
    ),
    Entry(
        "application-name-taken",
        Severity.ERROR,
        "An application has this name already",
        "There is an application “{value}”.",
        "Choose another name, or look at that one: `ropeway app show NAME`.",
    ),
    Entry(
        "application-credential-unknown",
        Severity.ERROR,
        "The application has no such secret or certificate",
        "None of its secrets and certificates has the id “{value}”.",
        "`ropeway app show NAME` shows them with their ids.",
    ),
    Entry(
        "application-invalid",
        Severity.ERROR,
        "What was said about the application cannot be taken",
        "{reason}.",
        "Say it otherwise; docs/sign-in.md tells what may be said.",
    ),
    Entry(
        "permission-unknown",
        Severity.ERROR,
        "There is no such permission",
        "“{value}” opens nothing here{otherwise}.",
        "docs/permissions.md has the table of permissions; they have Microsoft Graph's names.",
    ),
    Entry(
        "password-too-weak",
        Severity.ERROR,
        "The password is too weak",
        "A password has 8 to 256 characters, of three kinds at least: small letters, capitals, digits, others.",
        "Choose another, or have one made: `ropeway directory users password NAME --generate`.",
        also_known_as="PasswordComplexity",
    ),
    Entry(
        "password-missing",
        Severity.ERROR,
        "The user has no password",
        "{object} has no password here, and so cannot sign in.",
        "Give one: `ropeway directory users password NAME`.",
    ),
    Entry(
        "password-of-premises",
        Severity.ERROR,
        "This user's password is not kept here",
        "{object} is synchronised; its password is Active Directory's.",
        "Set it there. Users of the cloud alone have one here.",
    ),
)
