"""Two jobs side by side."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import attribute_words, without_domain
from ropeway.cli.safe import brief
from ropeway.cli.times import local
from ropeway.control.protocol import CompareView, DifferenceView

ORDER = ("same", "different", "only here", "only there")


def compare_blocks(view: CompareView, limit: int) -> Iterator[Block]:
    """Numbers, settings that differ, then object by object."""
    yield Heading(f"Here: {view.job}, as of {local(view.as_of[0])}. There: {view.other}, as of {local(view.as_of[1])}.")
    yield ", ".join(f"{view.counts.get(what, 0):,} {what}" for what in ORDER) + "."
    if view.settings:
        yield ""
        rows = [(name, brief(here), brief(there)) for name, (here, there) in view.settings.items()]
        yield Table(("Setting", "Here", "There"), rows)
    if view.differences:
        yield ""
        rows = [row for difference in view.differences for row in _rows(difference)]
        yield Table(("Object", "Attribute", "Here", "There"), rows)
    if sum(n for what, n in view.counts.items() if what != "same") > limit:
        yield "More objects differ; --limit shows more."


def _rows(difference: DifferenceView) -> Iterator[tuple[str, str, str, str]]:
    name = f"{difference.type} {without_domain(difference.object)}"
    if difference.what != "different":
        here = difference.what == "only here"
        yield name, "", "yes" if here else "no", "no" if here else "yes"
    for attribute, (here, there) in difference.attributes.items():
        yield name, attribute_words(attribute), brief(here), brief(there)
    for attribute, found in difference.links.items():
        yield name, attribute, _ends(found, "here"), _ends(found, "there")


def _ends(found: dict[str, object], side: str) -> str:
    number, names = found[f"only {side}"], found[f"names {side}"]
    return f"{number} alone: {brief(names)}" if number else "none alone"
