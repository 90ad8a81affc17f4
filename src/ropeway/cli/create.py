"""`ropeway job create`: from options to the settings of a job."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec.structs import replace

from ropeway.cli.exits import Refused, of_problem
from ropeway.cli.job_scope import GUARD, GUARD_HELP, ScopeOptions
from ropeway.cli.option_groups import grouped
from ropeway.cli.schema_files import read_text
from ropeway.cli.session import Session, current
from ropeway.cli.settings import departures, guards
from ropeway.control.protocol import JobView
from ropeway.model.job import JobSettings, Scope, SourceSettings
from ropeway.model.problems import RopewayError, describe

app = typer.Typer(
    help="Create a job: what is read, what counts, how carefully.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What a job of any source is told."""

    name: Annotated[str, typer.Option(help="What the job is called in every other command.")]
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules as YAML or JSON (docs/schemas.md); else the source's default rules."),
    ] = None
    guard: Annotated[list[str] | None, typer.Option(metavar=GUARD, help=GUARD_HELP)] = None
    departure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE=WHAT",
            help="What becomes of an object whose source object left: delete (the default: recycle bin for 30 days), "
            "disable or keep; as user=disable. May be repeated.",
        ),
    ] = None
    precedence: Annotated[
        int, typer.Option(help="Where several jobs write the same attribute, the lowest number wins.")
    ] = 100
    staging: Annotated[bool, typer.Option("--staging", help="Plan only; never write to the directory.")] = False


@dataclass(frozen=True, slots=True)
class ActiveDirectoryOptions:
    """How a domain is reached. Each field is the setting of the same name."""

    domain: Annotated[str, typer.Option(help="DNS name of the domain, as contoso.test.")]
    server: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]",
            help="A domain controller. May be repeated: the next one is used when one fails. Else found in DNS.",
        ),
    ] = None
    security: Annotated[
        Literal["ldaps", "starttls", "gssapi", "plain"] | None,
        typer.Option(help="How the connection is protected: ldaps is the default."),
    ] = None
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate authority of the controllers, PEM.")
    ] = None
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Who reads: user@domain, DOMAIN\\user or a DN.")] = (
        None
    )
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The password, in a file that only its owner may read (mode 0600 or 0400)."),
    ] = None
    prompt: Annotated[bool, typer.Option("--prompt", help="Ask for the password at the terminal, every time.")] = False
    keytab: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Sign in by Kerberos with the key in this file.")
    ] = None
    principal: Annotated[str | None, typer.Option(metavar="NAME", help="Which key of the keytab.")] = None
    krb5_config: Annotated[Path | None, typer.Option(metavar="FILE", help="A krb5.conf other than the system's.")] = (
        None
    )
    allow_plaintext_password: Annotated[
        bool,
        typer.Option(
            "--allow-plaintext-password", help="Send the password over an unprotected connection. For trials only."
        ),
    ] = False
    method: Annotated[
        Literal["auto", "dirsync", "usn"] | None,
        typer.Option(help="How changes are found: auto (the default) takes DirSync where the account may."),
    ] = None
    object_security: Annotated[
        bool,
        typer.Option(
            "--object-security", help="DirSync without the right to replicate: only what the account may see."
        ),
    ] = False
    nameserver: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where controllers are looked up, if not the system's DNS.")
    ] = None
    naming_context: Annotated[
        str | None, typer.Option(metavar="DN", help="Which naming context; else the domain's own.")
    ] = None
    agents: Annotated[
        bool,
        typer.Option(
            "--agents",
            help="Read through the agents of the domain, which have server and account in their own settings.",
        ),
    ] = False


@dataclass(frozen=True, slots=True)
class LdifOptions:
    """Which export is read."""

    path: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="A file as ldifde, ldapsearch or slapcat write it, on the machine where the job runs.",
        ),
    ]
    domain: Annotated[str | None, typer.Option(help="DNS name or DN of the domain; else taken from the DNs.")] = None


@app.command("active-directory")
@grouped
def active_directory(
    context: typer.Context, source: ActiveDirectoryOptions, job: JobOptions, scope: ScopeOptions
) -> None:
    """Read a domain in full, then by change: Windows or Samba.

    The account needs to read the domain; for DirSync it needs the right to replicate directory changes, or
    --object-security. Its password comes from a file, a keytab or a prompt. Files are read where the job runs: of a
    service's job, on the service's machine.
    """
    _refuse_password_in_user(source.user)
    session = current(context)
    settings = _given(source, session)
    if "server" in settings:
        settings["servers"] = settings.pop("server")
    through: Literal["here", "agents"] = "agents" if settings.pop("agents", False) else "here"
    _create(session, SourceSettings("active-directory", settings, through), job, scope)


@app.command("ldif")
@grouped
def ldif(context: typer.Context, source: LdifOptions, job: JobOptions, scope: ScopeOptions) -> None:
    """Read an export of a domain. See what Ropeway would do, without a server."""
    if source.path == "-":
        raise Refused(
            "A job reads its export again at every run, and standard input is gone after the first: save the export to "
            "a file, as with: cat > contoso.ldif, and name that with --path contoso.ldif."
        )
    session = current(context)
    settings = _given(source, session) | {"path": session.file(source.path)}
    _create(session, SourceSettings("ldif", settings), job, scope)


UNCERTAIN = frozenset({"service-unreachable", "service-answers-otherwise", "commit-unanswered"})
"""Problems after which a job may have been created."""


@contextmanager
def not_created() -> Generator[None]:
    """Within, a problem says that there is no job, whatever it says of jobs that are there; not where nobody knows."""
    try:
        yield
    except RopewayError as error:
        if error.problem.code in UNCERTAIN:
            raise
        raise Refused(f"No job was created. {describe(error.problem)}", of_problem(error.problem)) from error


def _given(options: Any, session: Session) -> dict[str, Any]:
    """The settings that were said; files by their full path, because later commands run elsewhere."""
    said = {name: getattr(options, name) for name in options.__slots__}
    return {
        name: session.file(value) if isinstance(value, Path) else value
        for name, value in said.items()
        if value not in (None, False, [])
    }


def _refuse_password_in_user(user: str | None) -> None:
    if user and "%" in user:
        raise Refused(
            "--user takes a name alone, never NAME%PASSWORD. Name a file with --password-file, or say --prompt; "
            "if you have just typed a real password, remove it from the shell's history and change it."
        )


def _settings(source: SourceSettings, job: JobOptions, scope: ScopeOptions) -> JobSettings:
    return JobSettings(
        name=job.name,
        source=source,
        scope=Scope(nested_groups=scope.nested_groups),
        guards=guards(job.guard or ()),
        departure=departures(job.departure or ()),
        precedence=job.precedence,
        staging=job.staging,
    )


def _create(session: Session, source: SourceSettings, job: JobOptions, scope: ScopeOptions) -> None:
    settings = _settings(source, job, scope)
    rules = None if job.schema is None else read_text(str(job.schema), "--schema ")
    with session.control() as control, not_created():
        if rules is not None:
            settings = replace(settings, schema=control.check_schema(rules, source_kind=source.kind))
        view: JobView = control.create_job(
            settings,
            containers=scope.container or (),
            groups=scope.group or (),
            excluded_containers=scope.exclude_container or (),
        )
    where = f"It is a job of {session.place}" if session.asked_service else f"Its state is in {session.place}"
    session.say(view, f"The job {view.name} is created: {view.source}. {where}.", *_next(session, view))


def _next(session: Session, view: JobView) -> list[str]:
    """What to do with a new job."""
    plan = f"See what it would do:  {session.command('job', 'plan', view.name)}"
    if view.settings.staging:
        compare = session.command("job", "compare", view.name, "OTHER")
        return [plan, f"Beside another job:    {compare}", "The job is staging: it never writes to the directory."]
    if session.asked_service:
        return [
            "It runs by itself from now on.",
            f"See what it does:      {session.command('job', 'watch', view.name)}",
            f"See what it did:       {session.command('log', '--job', view.name)}",
        ]
    return [
        plan,
        f"Run it once:           {session.command('job', 'run', view.name)}",
        f"Stay in step:          {session.command('run', view.name)}",
    ]
