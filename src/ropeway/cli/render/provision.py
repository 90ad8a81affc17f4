"""What provisioning on demand did."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import Command, attribute_words, counted
from ropeway.cli.safe import brief
from ropeway.control.protocol import ProvisionView

TITLES = {
    "Import": "1 Import",
    "Scoping": "2 Scope",
    "Matching": "3 Match",
    "Export": "4 Action",
}


def provision_blocks(view: ProvisionView, command: Command) -> Iterator[Block]:
    """Result, the four steps, what was written."""
    what = "" if view.action == "Other" else f", {view.action.lower()}"
    yield Heading(f"{view.result}{what}: {view.type} {view.object}")
    rows = [(TITLES[step["type"]], step["status"], step["description"]) for step in view.steps]
    yield Table(("Step", "Status", ""), rows, whole=frozenset({"Step", "Status"}))
    if view.modified:
        yield ""
        changes = [
            (attribute_words(m["displayName"]), brief(m["oldValue"]), brief(m["newValue"])) for m in view.modified
        ]
        yield Table(("Attribute", "Before", "Now"), changes)
    if view.waiting:
        yield f"{counted(view.waiting, 'member')} waiting for the next run: {command('job', 'run', view.job)}"
    if view.target:
        yield f"In the directory: {view.target}"
