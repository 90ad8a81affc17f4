"""Starts a command, and turns whatever happens into sentences and an exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from ropeway.cli import events, follow, job, login, report, up
from ropeway.cli.arguments import global_options_first, refuse_passwords
from ropeway.cli.exits import Code, Refused, of_problem
from ropeway.cli.option_values import plainly
from ropeway.cli.output import to_stdout, write_error
from ropeway.cli.session import Session, current
from ropeway.model.problems import RopewayError, describe

ORDER = [
    *("up", "login", "logout", "job", "report", "run", "log", "explain", "schema", "directory"),
    *("agent", "app", "role", "tenant", "service", "lab", "version"),
]


LATE = {
    "schema": "The rules of jobs: look at, try, change, compare, test.",
    "directory": "Users, groups, contacts, devices and domains.",
    "agent": "Agents beside the domains: register one, run it, look at all.",
    "app": "Applications that sign in: their secrets and permissions.",
    "role": "Directory roles of people: who has which, give and take.",
    "tenant": "Tenants of a service: make, see and remove them.",
    "service": "The service: how it is, its state, backups and audit trail.",
    "lab": "Samba domains and sample companies, for trials.",
}
"""Groups by the name of their module, with their help."""


class Root(TyperGroup):
    """The commands; large groups that most calls do not need are imported when one of theirs is used.

    What ends a command is told as it is to be typed for the state that the call named.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which they are met."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx: Any) -> Any:
        """Do what the words say; of a value that cannot be, in our words."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plainly(error.message)
            raise
        except Refused as refused:
            raise Refused(_here(ctx, str(refused)), refused.code) from refused
        except RopewayError as error:
            raise Refused(_here(ctx, describe(error.problem)), of_problem(error.problem)) from error

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the words name."""
        name = next(iter(args), "")
        if name in LATE:
            self.add_command(get_group(import_module(f"ropeway.cli.{name}").app), name)
        return super().resolve_command(ctx, args)


def _here(ctx: Any, sentence: str) -> str:
    return sentence if ctx.obj is None else ctx.obj.here(sentence)


def finish(code: Any, **_: Any) -> None:
    """End with the code that a command returned."""
    raise typer.Exit(int(code or 0))


app = typer.Typer(
    name="ropeway",
    cls=Root,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    result_callback=finish,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="The options above may stand anywhere on the line. Exit codes: docs/commands.md.",
)
app.add_typer(job.app, name="job")
app.command("report")(report.report)
app.command("run")(follow.run)
app.command("up")(up.up)
app.add_typer(login.app, name="login")
app.command("logout")(login.logout)
app.command("log")(events.log)
app.command("explain")(events.explain)
for name, text in LATE.items():
    app.add_typer(typer.Typer(help=text), name=name)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version as version_of

        typer.echo(f"ropeway {version_of('ropeway')}")
        raise typer.Exit


@app.callback()
def ropeway(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the state is kept: a file, or postgresql://USER@HOST/DATABASE. Without it: the environment "
            "variable ROPEWAY_STATE, else /var/lib/ropeway/ropeway.db for root and "
            "~/.local/state/ropeway/ropeway.db for others.",
        ),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Ask this service, to which `ropeway login` signed you in. Without it and without --state or "
            "ROPEWAY_STATE: the service that you are signed in to, if any.",
        ),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of several tenants the one that is meant, by name or id. Without it: the first one; of a service the "
            "one that you are signed in to.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print records as JSON on stdout, and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no remarks.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="The version of Ropeway, and nothing else."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when Ropeway itself fails.")] = False,
) -> None:
    """Keep a cloud directory in step with Active Directory."""
    context.obj = Session(state, service, tenant=tenant, json=json, quiet=quiet, debug=debug)


@app.command()
def version(context: typer.Context) -> None:
    """The version of Ropeway and of Python."""
    from importlib.metadata import version as version_of
    from platform import python_version

    record = {"ropeway": version_of("ropeway"), "python": python_version()}
    current(context).show(record, lambda: [f"ropeway {record['ropeway']} (Python {record['python']})"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the answer is its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
    signal.signal(signal.SIGTERM, _terminated)
    try:
        refuse_passwords(words)
        return _run(words)
    except Refused as refused:
        write_error(str(refused))
        return refused.code
    except RopewayError as error:
        write_error(describe(error.problem))
        return of_problem(error.problem)
    except KeyboardInterrupt:
        return Code.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where a defect can become a sentence
        return _defect(error, debug="--debug" in words)


def _run(words: list[str]) -> int:
    try:
        get_command(app).main(global_options_first(words), prog_name="ropeway")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        with to_stdout():
            sys.stdout.flush()
        return code
    return Code.OK


def _terminated(_number: int, _frame: object) -> None:
    raise SystemExit(int(Code.TERMINATED))


def _defect(error: Exception, *, debug: bool) -> int:
    if debug:
        from traceback import print_exception

        print_exception(error)
    else:
        where = f"{type(error).__module__}.{type(error).__qualname__}"
        write_error(
            f"Ropeway itself failed ({where}). That is a defect; what was stored is whole. Please report it with what "
            "the same command prints when --debug is added, after looking through that for names you want to keep."
        )
    return Code.FAILED
