"""A plan: grouped by what is done to what, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.holds import hold_lines
from ropeway.cli.render.words import Command, counted, out_of_scope_words, problem_lines
from ropeway.cli.safe import brief, several
from ropeway.control.protocol import ChangeView, PlanView
from ropeway.model.problems import describe

ORDER = ("create", "adopt", "restore", "update", "links", "empty", "disable", "delete")


def plan_blocks(plan: PlanView, command: Command) -> Iterator[Block]:
    """Counts and changes by kind, then holds and problems."""
    total = sum(plan.counts.values())
    if plan.out_of_scope:
        yield out_of_scope_words(plan.out_of_scope, plan.job, command)
    elif not total:
        yield f"{plan.job} is in step: there is nothing to write."
    shown = sorted(plan.changes, key=_group)
    listed: set[str] = set()
    for (_, kind, type_), changes in groupby(shown, key=_group):
        name = f"{kind} {type_}"
        listed.add(name)
        yield from _kind(name, plan.counts.get(name), list(changes))
    for name, number in plan.counts.items():
        if number and name not in listed:
            yield Heading(f"{name}: {number:,}")
    if total > len(shown):
        more = command("job", "plan", plan.job, "--all", "--no-refresh")
        yield f"{counted(total, 'change')} in all, {len(shown):,} of them listed. All of them: {more}"
    if plan.holds:
        yield ""
        yield from hold_lines(plan.job, plan.holds, command)
    yield from problem_lines(plan.problems)


def _group(change: ChangeView) -> tuple[int, str, str]:
    place = ORDER.index(change.kind) if change.kind in ORDER else len(ORDER)
    return place, change.kind, change.type


def _kind(name: str, number: int | None, changes: list[ChangeView]) -> Iterator[Block]:
    cut = f", the first {len(changes):,} of them" if number and number > len(changes) else ""
    yield Heading(f"{name}: {number or len(changes):,}{cut}")
    for change in changes:
        yield from _change(change)


def _change(change: ChangeView) -> Iterator[str]:
    notes = [
        f"matched by {change.matched_by}" if change.matched_by else "",
        f"held, number {change.hold}" if change.hold is not None else "",
    ]
    said = "; ".join(note for note in notes if note)
    yield f"  {change.object}{f'  [{said}]' if said else ''}"
    for attribute, after in change.attributes.items():
        yield f"      {attribute}: {_step(change, attribute, after)}"
    for attribute, others in change.added.items():
        yield f"      {attribute}: + {several(others)}"
    for attribute, others in change.removed.items():
        yield f"      {attribute}: - {several(others)}"
    if change.more_links:
        yield f"      and {counted(change.more_links, 'link')} more"
    if change.problem:
        yield f"      {describe(change.problem)}"


def _step(change: ChangeView, attribute: str, after: object) -> str:
    step = brief(after)
    if attribute in change.before or change.kind not in ("create", "adopt"):
        step = f"{brief(change.before.get(attribute))} → {step}"
    if attribute in change.becomes and brief(change.becomes[attribute]) != brief(after):
        step += f"  (the directory stores {brief(change.becomes[attribute])})"
    return step
