"""A job at this moment."""

from __future__ import annotations

from ropeway.cli.progress import Stage
from ropeway.cli.render.cycle import cycle_lines
from ropeway.cli.render.words import Command, listed, problem_lines
from ropeway.cli.times import local
from ropeway.control.protocol import LiveView

WIDE = 78


def live_lines(view: LiveView, command: Command, wide: int = WIDE) -> list[str]:
    """The whole picture: what runs, what waits, what was done last, what comes."""
    lines = [f"{view.job}: {_state(view)}"]
    if view.stage:
        lines.append(f"  {stage_line(view, wide)}")
    if waits := _waiting(view):
        lines.append(f"  Waiting: {waits}")
    if view.held:
        lines.append(f"  What is held: {command('job', 'holds', view.job)}")
    lines += [f"  {line}" for line in problem_lines(view.problems)]
    for past in view.cycles:
        first, *_ = cycle_lines(past.cycle, command)
        lines.append(f"  {local(past.ended)}  {first.partition(', ')[2]}")
    if not view.running:
        lines.append(f"  Next run: {local(view.next_run, never='not by itself')}")
    return lines


def news_lines(before: LiveView, now: LiveView, command: Command) -> list[str]:
    """What happened between two looks."""
    lines: list[str] = []
    if now.status != before.status:
        lines.append(f"{now.job}: {now.status}")
    known = {(past.began, past.ended) for past in before.cycles}
    for past in reversed(now.cycles):
        if (past.began, past.ended) not in known:
            lines += cycle_lines(past.cycle, command)
    if now.held != before.held and now.held:
        lines.append(f"{now.held:,} held: {command('job', 'holds', now.job)}")
    return lines


def stage_line(view: LiveView, wide: int = WIDE) -> str:
    """`import ━━━━━━───── 5,000 of 11,000  23,400/s`."""
    if view.stage == "waiting":
        return "It waits for an agent of its domain; `ropeway agent list` says when each was heard of."
    return Stage(view.done, view.total, view.done / view.rate if view.rate else 0.0).line(view.stage, min(wide, WIDE))


def _state(view: LiveView) -> str:
    if not view.running:
        return view.status
    holder, _, since = view.running.rpartition(" since ")
    return f"{view.status}, {holder.partition(' (')[0]} has it since {local(since)}"


def _waiting(view: LiveView) -> str:
    numbers = ((view.due, "to decide"), (view.pending, "to write"), (view.held, "held"), (view.escrowed, "set aside"))
    return listed([f"{number:,} {what}" for number, what in numbers if number])
