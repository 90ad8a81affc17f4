"""What a change of rules would do, for people: counts with three examples each."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.words import attribute_words, counted, problem_lines, without_domain
from ropeway.cli.safe import brief
from ropeway.control.schema_views import EffectView, Example, TrialView

OF_OBJECTS: dict[str, str] = {
    "flow": "keep their values; the next run tells the directory how these flow from now on",
    "created": "come into scope, and would be created or matched",
    "joined": "come into the scope of rules that only join what is there",
    "deleted": "leave the scope, and would be deleted",
    "disabled": "would be disabled",
    "kept": "leave the scope; the job keeps what left",
    "not created": "leave the scope, and would not be created",
    "retyped": "become another type, and would be deleted and created anew",
    "set aside": "could not be mapped or written any more, and would stay as they are",
    "mapped again": "could be mapped again",
}

LINKS: dict[str, str] = {"linked": "added", "unlinked": "removed"}


def trial_blocks(trial: TrialView) -> Iterator[Block]:
    """What is different, then what follows for whom."""
    if not trial.differences:
        yield f"{trial.job} has this schema already: nothing would change."
        return
    yield Heading(f"What is different in the rules of {trial.job}: {len(trial.differences)}")
    for found in trial.differences:
        yield f"  {found.where}: {brief(found.before or '(nothing)', 1000)} → {brief(found.after or '(nothing)', 1000)}"
    if trial.problems:
        yield "  What that means cannot be said: the schema in force does not work."
        yield from problem_lines(trial.problems, "  ")
        return
    yield Heading(f"What that means, on {counted(trial.evaluated, 'stored object')} ({trial.seconds:.1f} s)")
    if not trial.effects and not trial.unknown:
        yield "  Nothing changes for any of them."
    for effect in trial.effects:
        yield f"  {_counted(effect)}"
        for example in effect.examples if effect.what != "flow" else ():
            yield f"      {_example(example)}"
    for what, number in trial.unknown.items():
        yield f"  {what}: not known yet for {counted(number, 'object')}, because it depends on what is not read yet"
    if trial.unread:
        yield f"  The next run reads for the first time: {', '.join(trial.unread)}"


def _counted(effect: EffectView) -> str:
    who = counted(effect.count, effect.type)
    if effect.what == "value":
        return f"{who}: another {attribute_words(effect.attribute)}"
    if effect.what == "emptied":
        return f"{who}: no {attribute_words(effect.attribute)} any more"
    if effect.what in LINKS:
        who = f"{effect.count:,} × {attribute_words(effect.attribute)} of {effect.type}s"
        return f"{who}: would be {LINKS[effect.what]}"
    return f"{who}: {OF_OBJECTS[effect.what]}"


def _example(example: Example) -> str:
    name = without_domain(example.object)
    if example.reason:
        return f"{name}: {example.reason}"
    if example.before is None and isinstance(example.after, str) and "@" in example.after:
        return f"{name}: {example.after}"
    return f"{name}: {brief(example.before)} → {brief(example.after)}"
