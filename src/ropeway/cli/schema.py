"""`ropeway schema`: the rules of jobs, looked at, tried, changed, compared, tested."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from ropeway.cli.completion import job_names
from ropeway.cli.exits import Code, Refused
from ropeway.cli.progress import progress_line
from ropeway.cli.render import schema as render
from ropeway.cli.render.tested import tested_blocks
from ropeway.cli.render.trial import trial_blocks
from ropeway.cli.schema_files import read_text, write_text
from ropeway.cli.session import Session, current
from ropeway.control.protocol import Control
from ropeway.control.schema_test_views import SchemaTest
from ropeway.control.schema_views import SchemaChange

app = typer.Typer(
    help="The rules of jobs: look at, try, change, compare, test.", no_args_is_help=True, rich_markup_mode=None
)

Job = Annotated[str, typer.Argument(metavar="JOB", help="Name or id of a job.", autocompletion=job_names)]
File = Annotated[str, typer.Argument(metavar="FILE", help="A schema as YAML or JSON; - is standard input.")]
Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this source or target type, as user.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def show(
    context: typer.Context,
    job: Job,
    type_: Type = None,
    attribute: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only target attributes that begin so, as mail.")
    ] = None,
    yaml: Annotated[bool, typer.Option("--yaml", help="The whole schema as YAML, as it can be edited.")] = False,
) -> None:
    """Where every attribute's value comes from, and what was changed."""
    session = current(context)
    if yaml and (type_ or attribute):
        raise Refused("--yaml shows the whole schema: leave out --type and --attribute.")
    with session.control() as control:
        if yaml:
            text = control.export_schema(job, form="yaml")
            session.show(text, lambda: text.text.splitlines())
            return
        view = control.schema(job, type_=type_, attribute=attribute)
    session.show(view, lambda: render.schema_blocks(view, session.command, all_=not (type_ or attribute)))


@app.command()
def discover(
    context: typer.Context,
    job: Job,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this type, as user.")] = None,
) -> None:
    """Types and attributes of the source, as it says now."""
    session = current(context)
    with session.control() as control:
        found = control.discover(job)
    if type_ is not None:
        found = msgspec.structs.replace(found, objects=tuple(one for one in found.objects if one.name == type_))
    session.show(found, lambda: render.discovered_blocks(found))


@app.command()
def export(
    context: typer.Context,
    job: Job,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to write it; else on stdout.")] = None,
    form: Annotated[
        Literal["yaml", "json"] | None, typer.Option(help="By default json for a FILE.json, else yaml.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """The whole schema as a file. Edit it, and import it again, here or at another job."""
    session = current(context)
    by_name: Literal["yaml", "json"] = "json" if file is not None and file.suffix == ".json" else "yaml"
    with session.control() as control:
        found = control.export_schema(job, form=form or by_name)
    if file is None or str(file) == "-":
        session.show(found, lambda: found.text.splitlines())
        return
    write_text(file, found.text, force=force)
    session.say(
        {"job": found.job, "revision": found.revision, "file": str(file)},
        f"Wrote {file}. After editing it: {session.command('schema', 'import', job, str(file))}",
    )


@app.command("import")
def import_(context: typer.Context, job: Job, file: File, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Give a job the schema in a file. Says before what would change for how many objects.

    The rules are tried on the objects that are stored already; the source is not read. An invalid schema is refused
    with line and reason, and the one in force stays in force.
    """
    session = current(context)
    with session.control() as control:
        _change(session, control, job, SchemaChange(text=read_text(file)), dry_run=dry_run, yes=yes)


@app.command()
def reset(
    context: typer.Context,
    job: Job,
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this target attribute. May be repeated.")
    ] = None,
    type_: Type = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Return to the default schema, whole or at some attributes. Says before what would change."""
    session = current(context)
    change = SchemaChange(attributes=tuple(attribute or ()), type=type_)
    with session.control() as control:
        _change(session, control, job, change, dry_run=dry_run, yes=yes)


def _change(session: Session, control: Control, job: str, change: SchemaChange, *, dry_run: bool, yes: bool) -> None:
    with progress_line(session) as progress:
        trial = control.try_schema(job, change, progress=progress)
    if dry_run or not trial.differences:
        session.show(trial, lambda: trial_blocks(trial))
        return
    if not yes:
        for block in trial_blocks(trial):
            session.note(render.plainly(block))
        session.confirm(f"Give the job {trial.job} this schema?", yes=False)
    view = control.change_schema(job, change, revision=trial.revision)
    session.say(
        {"schema": view, "trial": trial},
        *(render.plainly(block) for block in trial_blocks(trial) if yes),
        f"The job {view.job} has the new schema. The next run decides everything anew: "
        f"{session.command('job', 'run', job)}. See first what it would write: {session.command('job', 'plan', job)}",
    )


@app.command()
def validate(
    context: typer.Context,
    file: File,
    source: Annotated[
        Literal["active-directory", "ldif", "uploads"], typer.Option(help="The kind of source that it is for.")
    ] = "active-directory",
) -> None:
    """Whether a file is a schema that works. Every attribute must be known, every expression right."""
    session = current(context)
    with session.control() as control:
        document = control.check_schema(read_text(file), source_kind=source)
    rules = document.get("synchronizationRules", [])
    mappings = [mapping for rule in rules for mapping in rule.get("objectMappings", [])]
    flows = sum(len(mapping.get("attributeMappings", [])) for mapping in mappings)
    session.say(
        {"valid": True, "rules": len(rules), "objectMappings": len(mappings), "attributeMappings": flows},
        f"{file} is a valid schema: {len(mappings)} object mappings with {flows} attribute mappings.",
    )


@app.command()
def diff(
    context: typer.Context,
    job: Job,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A schema to compare the job's with; else its default.")
    ] = None,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="What an upgrade of Ropeway changed in the default schema.")
    ] = False,
    seen: Annotated[bool, typer.Option("--seen", help="With --upgrade: the notice of it has done its duty.")] = False,
) -> None:
    """How a job's schema differs. From the default, from a file, or from what it was before an upgrade."""
    session = current(context)
    if (seen and not upgrade) or (upgrade and file is not None):
        raise Refused("--seen belongs to --upgrade, and --upgrade takes no file.")
    with session.control() as control:
        if upgrade:
            view = control.schema_upgrade(job, seen=seen)
        else:
            view = control.compare_schema(job, text=None if file is None else read_text(file))
    session.show(view, lambda: render.comparison_blocks(view))


@app.command("test")
def try_out(
    context: typer.Context,
    entry: Annotated[
        str | None,
        typer.Argument(metavar="[ENTRY]", help="A file with an entry as LDIF; - is standard input, to paste one."),
    ] = None,
    job: Annotated[
        str | None, typer.Option(metavar="JOB", help="The rules of this job.", autocompletion=job_names)
    ] = None,
    file: Annotated[str | None, typer.Option(metavar="FILE", help="The rules in this file.")] = None,
    expression: Annotated[
        str | None, typer.Option(metavar="TEXT", help="An expression instead of rules, as 'Left([sn], 3)'.")
    ] = None,
    dialect: Annotated[
        Literal["connect", "cloud", "ropeway"] | None,
        typer.Option(help="What the expression is written in; else what the rules are written in."),
    ] = None,
    live: Annotated[
        str | None,
        typer.Option("--object", metavar="DN|GUID|UPN", help="An object of the job's source, read now."),
    ] = None,
    cases: Annotated[
        str | None, typer.Option(metavar="FILE", help="Entries with expected results, as YAML or JSON.")
    ] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only entries of this type.")] = None,
) -> int:
    """What rules or an expression make of an entry. With --cases: whether that is what was expected.

    Without --job and --file the default rules are tried. Ends with 1 where a case comes out otherwise, or an entry has
    no result.
    """
    session = current(context)
    if sum(given is not None for given in (entry, live, cases)) > 1:
        raise Refused("Say one of ENTRY, --object and --cases.")
    if live is not None and job is None:
        raise Refused("--object needs --job: an object is read from the source of a job.")
    if job is not None and file is not None and live is None:
        raise Refused("Say --job or --file: the rules of a job, or those in a file.")
    asked = SchemaTest(
        expression=expression,
        dialect=dialect,
        job=job,
        text=None if file is None else read_text(file),
        type=type_,
        ldif=None if entry is None else read_text(entry),
        object=live,
        cases=None if cases is None else read_text(cases, "--cases "),
    )
    with session.control() as control:
        view = control.test_schema(asked)
    session.show(view, lambda: tested_blocks(view))
    return Code.FAILED if view.failed else Code.OK
