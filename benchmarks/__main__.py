"""`python -m benchmarks`: measure, and write the table of docs/performance.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks import (
    arrival,
    changes,
    crowd,
    from_ldif,
    from_samba,
    graph_api,
    hub_group,
    idle,
    machine,
    membership,
    operating,
    page,
    profile,
    rules,
    sign_in,
    through_agents,
    up,
)
from benchmarks.bench import Bench, opened
from benchmarks.figure import Failed, Figure, Row
from benchmarks.sizes import QUICK, Sizes
from benchmarks.table import table
from ropeway.model.problems import RopewayError, known

PARTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "ldif": from_ldif.measure,
    "rules": rules.measure,
    "hub-group": hub_group.measure,
    "up": up.measure,
    "crowd": crowd.measure,
    "graph": graph_api.measure,
    "signin": sign_in.measure,
    "samba": from_samba.measure,
    "idle": idle.measure,
    "changes": changes.measure,
    "arrival": arrival.measure,
    "agents": through_agents.measure,
    "membership": membership.measure,
    "operating": operating.measure,
}
"""In this order: what needs no controller first, what makes the large domain larger last."""


def main(arguments: Sequence[str]) -> int:
    """0 where every bound holds, 1 where one does not or could not be measured."""
    said = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    sizes = QUICK if said.quick else Sizes()
    if said.users:
        sizes = replace(
            sizes, users=said.users, imports_large=True, judged=said.users >= sizes.users and not said.quick
        )
    try:
        with opened(sizes, said.domain_folder) as bench:
            if said.profile:
                profile.show(bench)
                return 0
            facts = machine.facts()
            rows = list(measured(bench, said.only or list(PARTS)))
    except KeyboardInterrupt:
        print("Interrupted; everything is cleaned up.", file=sys.stderr)
        return 130
    lines = table(rows, judged=sizes.judged)
    print("\n".join((*facts, "", *lines)))
    place = said.page or (page.PAGE if sizes.judged and not said.only else None)
    if place:
        page.write(place, (*(f"- {fact}" for fact in facts), "", *lines))
    return int(any(isinstance(row, Failed) or row.verdict(judged=sizes.judged) == "**no**" for row in rows))


def measured(bench: Bench, names: Sequence[str]) -> Iterator[Row]:
    """The figures of these parts; one that cannot be measured is a row of its own, and the others go on."""
    for name in PARTS:
        if name in names:
            try:
                yield from PARTS[name](bench)
            except RopewayError as error:
                yield Failed(name, f"{known(error.problem.code).title} ({error.problem.object})")
            except (RuntimeError, OSError) as error:
                yield Failed(name, str(error))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Once: cleaning up is not to be interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="PART", choices=PARTS, help=f"Only {', '.join(PARTS)}.")
    parser.add_argument("--quick", action="store_true", help="Small sizes: a minute, and nothing is judged.")
    parser.add_argument(
        "--users",
        type=int,
        metavar="N",
        help="Users of the large Samba domain instead of 100,000; agents read it, too.",
    )
    parser.add_argument(
        "--domain-folder", type=Path, metavar="FOLDER", help="Keep the large domain here, and take it from here."
    )
    parser.add_argument("--profile", action="store_true", help="Show where the time of figure 1 goes, nothing else.")
    parser.add_argument("--page", type=Path, metavar="FILE", help="Write the table here, whatever was measured.")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
