"""What one cycle did."""

from __future__ import annotations

from ropeway.cli.render.words import Command, counted, listed, out_of_scope_words, problem_lines
from ropeway.cli.times import duration
from ropeway.control.protocol import CycleView

RESULT = {
    "success": "",
    "nothing-to-do": "nothing to do",
    "completed-with-errors": "",
    "held": "",
    "stopped": "stopped before the end",
}

WRITTEN = {
    "create": "{} created",
    "adopt": "{} adopted",
    "restore": "{} restored",
    "update": "{} updated",
    "empty": "{} with emptied attributes",
    "disable": "{} disabled",
    "delete": "{} deleted",
    "links": "{} with changed links",
}

KINDS = {"initial": "initial synchronization", "delta": "changes", "recover": "recovery"}


def cycle_lines(cycle: CycleView, command: Command) -> list[str]:
    """One sentence, then one for each thing that somebody must look at."""
    written = [
        WRITTEN.get(kind, f"{{}} {kind}").format(f"{number:,}") for kind, number in cycle.exported.items() if number
    ]
    said = [
        "" if cycle.staged else RESULT[cycle.result],
        f"{cycle.read:,} read" if cycle.read else "",
        listed(written) if written else "nothing written" if cycle.staged or cycle.result != "nothing-to-do" else "",
    ]
    took = f" ({duration(sum(cycle.seconds.values()))})" if cycle.seconds else ""
    lines = [f"{cycle.job}, {KINDS[cycle.kind]}: {', '.join(part for part in said if part)}{took}."]
    if cycle.staged:
        due = f"{counted(cycle.staged, 'change')} due, and not written, because the job is staging"
        lines.append(f"{due}: {command('job', 'plan', cycle.job)}")
    if cycle.out_of_scope:
        lines.append(out_of_scope_words(cycle.out_of_scope, cycle.job, command))
    if cycle.failed:
        failures = command("log", "--job", cycle.job, "--status", "failure")
        lines.append(f"{counted(cycle.failed, 'object')} could not be brought into step, and the reasons: {failures}")
    if cycle.held:
        lines.append(f"{counted(cycle.held, 'change')} held until approved: {command('job', 'holds', cycle.job)}")
    if cycle.waiting:
        lines.append(f"{counted(cycle.waiting, 'change')} waiting for the next run.")
    return lines + problem_lines(cycle.problems)
