"""Holds: what is dangerous, why, and how to let it go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.cli.render.words import Command, counted
from ropeway.cli.times import local
from ropeway.control.protocol import HoldView
from ropeway.model.problems import describe

NOUN = {
    "deletes": "deletion",
    "disables": "disabling",
    "members": "lost member",
    "emptied": "emptied attribute",
}


def hold_words(hold: HoldView) -> str:
    """`57 deletions (user)`."""
    return f"{counted(hold.count, NOUN.get(hold.what, hold.what))} ({hold.type})"


def hold_lines(job: str, holds: Sequence[HoldView], command: Command) -> Iterator[str]:
    """Each hold with its cause, what it names, and the command that approves exactly it."""
    if not holds:
        yield f"Nothing of {job} is held."
    for hold in holds:
        yield f"Hold {hold.number}: {hold_words(hold)}, since {local(hold.created)}"
        yield f"  {describe(hold.cause)}"
        for dn in hold.sample:
            yield f"    {dn}"
        if hold.count > len(hold.sample) > 0:
            everything = command("job", "plan", job, "--all", "--no-refresh")
            yield f"    and {hold.count - len(hold.sample):,} more: {everything}"
        if hold.approved:
            yield f"  Approved {local(hold.approved)}; the next run writes it."
        else:
            approve = command("job", "approve", job, str(hold.number), "--digest", hold.digest)
            yield f"  To let exactly these go: {approve}"
