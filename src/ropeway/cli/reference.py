"""docs/commands.md, made from the help texts."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from typer.main import get_command

from ropeway.cli.exits import MEANING
from ropeway.cli.main import app

HEAD = """# Commands

Made from the help texts by `scripts/write-commands`; a test fails where it is behind them.

The global options may stand anywhere on the line: `ropeway job list --json` is `ropeway --json job list`.

**State.** One database: a SQLite file by default, `$XDG_STATE_HOME/ropeway/ropeway.db`, else
`/var/lib/ropeway/ropeway.db` for root and `~/.local/state/ropeway/ropeway.db` for others, in a folder that only its
owner may read. `--state FILE`, `--state postgresql://USER@HOST/DATABASE` or the environment variable `ROPEWAY_STATE`
name another. A password in a URL is taken from `ROPEWAY_STATE` or from `~/.pgpass` alone.

**Service.** After `ropeway login` every command asks the service that you signed in to, unless `--state` or
`ROPEWAY_STATE` names a state; `--service URL` asks it although one of them does. Files that belong to a job (an LDIF
export, a keytab, a password, notifications) are then files of the machine where the service's workers run, named by
their full path; schemas, cases and pasted entries are read here and sent. `ropeway job list` says on which of the two
it looked where there is no job, and a service that cannot be reached is named with its address.

**Passwords** are on no command line: other users see those. A job takes `--password-file FILE` (mode 0600 or 0400),
`--keytab FILE`, or `--prompt`.

**Programs** say `--json`: one document with the records of `ropeway.control.protocol` on stdout, nothing else;
`ropeway run --json` writes one document a line for each cycle. Progress, questions and errors are on stderr. Bytes are
Base64, times ISO 8601 in UTC.

**Completion** of commands, options and names of jobs: `ropeway --install-completion` in bash, zsh or fish, or
`ropeway --show-completion` to see what that would add.
"""


def reference() -> str:
    """The whole page."""
    root: Any = get_command(app)
    parts = [HEAD, _exit_codes(), *_sections(root, _context(root, "ropeway", None))]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _exit_codes() -> str:
    rows = [f"| {int(code)} | {sentence} |" for code, sentence in MEANING.items()]
    return "\n".join(["## Exit codes", "", "| code | meaning |", "|---:|---|", *rows])


def _context(command: Any, name: str, parent: Any) -> Any:
    return command.context_class(command, info_name=name, parent=parent, terminal_width=100)


def _sections(command: Any, context: Any) -> Iterator[str]:
    yield _section(command, context)
    if not hasattr(command, "list_commands"):
        return
    for name in command.list_commands(context):
        _, child, _ = command.resolve_command(context, [name])
        yield from _sections(child, _context(child, name, context))


def _section(command: Any, context: Any) -> str:
    level = "##" if context.command_path.count(" ") < 2 else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"{level} {context.command_path}", "", cleandoc(command.help or ""), "", f"    {usage}"]
    records = [
        record
        for parameter in command.get_params(context)
        if "--help" not in parameter.opts and (record := parameter.get_help_record(context)) is not None
    ]
    if records:
        lines += ["", "| option | meaning |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(' '.join(text.split()))} |" for name, text in records]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
