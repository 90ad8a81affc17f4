"""`ropeway directory`: the objects and domains of Ropeway's own directory."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ropeway.cli import domains, people, synchronization
from ropeway.cli.exits import Refused
from ropeway.cli.render.objects import object_blocks, object_name, object_table
from ropeway.cli.session import current
from ropeway.cli.settings import properties, read_object
from ropeway.control.protocol import ObjectType

app = typer.Typer(help="Users, groups, contacts, devices and domains.", no_args_is_help=True, rich_markup_mode=None)

Identifier = Annotated[str, typer.Argument(metavar="ID", help="Id, userPrincipalName, mail or mailNickname.")]
InCloud = Annotated[
    bool, typer.Option("--in-cloud/--on-premises", help="Whether the cloud is master, whatever the job says.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A property by Graph's name. Empty value: none. true and false: Boolean. NAME:=JSON: anything. "
        "May be repeated.",
    ),
]
Properties = Annotated[
    str | None, typer.Option("--properties", metavar="FILE", help="The same as one JSON object; - is standard input.")
]
ForGood = Annotated[
    bool, typer.Option("--for-good", help="Past the recycle bin, or out of it: nothing brings it back.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def commands_of(type_: ObjectType, one: str) -> typer.Typer:
    """The commands of one object type."""
    group = typer.Typer(help=f"{type_.capitalize()} of the directory.", no_args_is_help=True, rich_markup_mode=None)

    @group.command("list", help=f"List {type_}, by displayName.")
    def list_(
        context: typer.Context,
        contains: Annotated[str | None, typer.Option(metavar="TEXT", help="Only where a name holds this text.")] = None,
        deleted: Annotated[bool, typer.Option("--deleted", help="Those in the recycle bin.")] = False,
        limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    ) -> None:
        session = current(context)
        with session.control() as control:
            found = control.list_objects(type_, contains=contains, deleted=deleted, limit=limit)
        session.show(found, lambda: object_table(type_, found, limit=limit, deleted=deleted))

    @group.command("show", help=f"Show one {one}: values, links, and what jobs contribute.")
    def show(context: typer.Context, identifier: Identifier) -> None:
        session = current(context)
        with session.control() as control:
            found = control.show_object(type_, identifier)
        session.show(found, lambda: object_blocks(found, session.command))

    @group.command("create", help=f"Create a {one} that no job brings.")
    def create(context: typer.Context, values: Set = None, file: Properties = None) -> None:
        session = current(context)
        wanted = _wanted(values, file)
        with session.control() as control:
            made = control.create_object(type_, wanted)
        session.say(made, f"Created {one} {object_name(made)}, id {made.get('id', '?')}.")

    @group.command("update", help=f"Change a {one}. What is mastered on premises is changed there.")
    def update(context: typer.Context, identifier: Identifier, values: Set = None, file: Properties = None) -> None:
        session = current(context)
        wanted = _wanted(values, file)
        with session.control() as control:
            changed = control.update_object(type_, identifier, wanted)
        session.say(changed, f"Changed {', '.join(wanted)} of {one} {object_name(changed)}.")

    @group.command("delete", help=f"Put a {one} into the recycle bin, for 30 days.")
    def delete(context: typer.Context, identifier: Identifier, for_good: ForGood = False, yes: Yes = False) -> None:
        session = current(context)
        where = "Delete" if for_good else "Put"
        session.confirm(f"{where} the {one} {identifier} {'for good' if for_good else 'into the recycle bin'}?", yes)
        with session.control() as control:
            control.delete_object(type_, identifier, for_good=for_good)
        back = f"in the recycle bin. It comes back with: {session.command('directory', type_, 'restore', identifier)}"
        session.say({"deleted": identifier}, f"The {one} {identifier} is {'gone for good.' if for_good else back}")

    @group.command("restore", help=f"Bring a {one} back from the recycle bin, under the same id.")
    def restore(context: typer.Context, identifier: Identifier) -> None:
        session = current(context)
        with session.control() as control:
            restored = control.restore_object(type_, identifier)
        session.say(restored, f"Restored {one} {object_name(restored)}, id {restored.get('id', '?')}.")

    @group.command("manage", help=f"Say who is master of a {one}: the cloud, or its job again.")
    def manage(context: typer.Context, identifier: Identifier, in_cloud: InCloud) -> None:
        session = current(context)
        with session.control() as control:
            told = control.manage_object(type_, identifier, in_cloud=in_cloud)
        name = object_name(told)
        words = (
            f"{name} is changed here from now on; what its job says is kept, and does not count."
            if in_cloud
            else f"{name} is mastered on premises again."
        )
        session.say(told, words)

    del list_, show, create, update, delete, restore, manage  # Typer holds them
    return group


def _wanted(values: list[str] | None, file: str | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if file is not None:
        wanted |= read_object(file, "--properties")
    wanted |= properties(values or ())
    if not wanted:
        raise Refused("Say what it shall hold: --set displayName=Zoë, or --properties FILE.")
    return wanted


_users = commands_of("users", "user")
people.add_to(_users)
app.add_typer(_users, name="users")
app.add_typer(commands_of("groups", "group"), name="groups")
app.add_typer(commands_of("contacts", "contact"), name="contacts")
app.add_typer(commands_of("devices", "device"), name="devices")
app.add_typer(domains.app, name="domains")
app.add_typer(synchronization.app, name="synchronization")
