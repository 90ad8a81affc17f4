"""Figure 4: from a write in the domain until it is in the directory, `ropeway run` being a process of its own.

Controller and Ropeway have their default settings. The yardstick is a bare DirSync request every half second, beside
it: no poller of that interval can be sooner.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median, quantiles

from benchmarks.administrator import Administrator
from benchmarks.bare import asking
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.process import ROPEWAY, beside
from ropeway.lab.domain import Domain

BOUND = 1.0
POLL = 0.5
LOOK_EVERY = 0.005
LONGEST = 30.0
MEAN_PAUSE = 0.7
"""Seconds between two writes, besides the wait for the first of them to arrive: one a second, about."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Median and 95th percentile."""
    domain, state = bench.as_shipped
    bench.say(f"{bench.sizes.writes} writes at random moments")
    command = [*ROPEWAY, "--state", str(state), "--quiet", "run"]
    with beside(command, bench.folder / "run.log"):
        yield from figures(bench, domain, state, "from a write to the directory")


def figures(bench: Bench, domain: Domain, state: Path, what: str) -> Iterator[Figure]:
    """While somebody keeps the state in step."""
    with Poller(domain) as poller:
        pairs = _writes(bench, domain, state, poller, Random(what))
    ours, bare, now = [o for o, _ in pairs], [b for _, b in pairs], load()
    rows = (("median", median), ("95th percentile", _high))
    for name, of in rows:
        yield Figure(what=f"{what}: {name}", value=of(ours), unit="s",
                     yardstick="seen by a bare poll every 0.5 s", beside=of(bare), bound=BOUND, load=now)  # fmt: skip


def _high(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def _writes(bench: Bench, domain: Domain, state: Path, poller: Poller, random: Random) -> list[tuple[float, float]]:
    """For each write the seconds until it was in the directory, and until the bare poll saw it.

    Chance differs from figure to figure: a title that a person has already is no change, and nobody is told of it.
    """
    pairs = list[tuple[float, float]]()
    people = bench.sizes.few
    uri = f"file:{state}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader, Administrator(domain, people) as who:
        numbers = _numbers(reader)
        _arrival(reader, numbers[_principal(who, 0)], who, 0, "Warming up")
        for turn in range(bench.sizes.writes):
            number, title = random.randrange(people), f"Title {turn} of {random.random()}"
            written, seen = _arrival(reader, numbers[_principal(who, number)], who, number, title)
            polled = _until(lambda title=title: poller.seen.get(title), "seen by the bare poll")
            pairs.append((max(seen - written, 0), max(polled - written, 0)))
            time.sleep(random.uniform(0, 2 * MEAN_PAUSE))  # writes come at random moments
    return pairs


def _principal(who: Administrator, number: int) -> str:
    return str(who.people.record(number).attributes["userPrincipalName"][0])


def _numbers(reader: sqlite3.Connection) -> dict[str, int]:
    """The directory's row of each user, by userPrincipalName."""
    found = reader.execute("SELECT properties, number FROM directory_object WHERE type = 'user'")
    return {json.loads(properties)["userPrincipalName"]: number for properties, number in found}


def _arrival(reader: sqlite3.Connection, row: int, who: Administrator, number: int, title: str) -> tuple[float, float]:
    """When the controller had answered the write, and when the directory showed it."""
    who.entitle(number, title)
    written = time.monotonic()

    def look() -> float | None:
        properties = reader.execute("SELECT properties FROM directory_object WHERE number = ?", (row,)).fetchone()[0]
        return time.monotonic() if json.loads(properties).get("jobTitle") == title else None

    return written, _until(look, "in the directory")


def _until(look: Callable[[], float | None], where: str) -> float:
    end = time.monotonic() + LONGEST
    while (found := look()) is None:
        if time.monotonic() > end:
            raise RuntimeError(f"a write was not {where} after {LONGEST:.0f} s")
        time.sleep(LOOK_EVERY)  # the reader polls
    return found


class Poller(threading.Thread):
    """Asks the controller every half second, and remembers when it saw which title."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(name="bare poll", daemon=True)
        self._domain = domain
        self._begun, self._stop_asked = threading.Event(), threading.Event()
        self.seen: dict[str, float] = {}

    def __enter__(self) -> Poller:
        """It has begun: signing in and reading the schema take seconds, and what is written before is not seen."""
        self.start()
        if not self._begun.wait(LONGEST):
            raise RuntimeError(f"the bare poll has not begun after {LONGEST:.0f} s")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_asked.set()
        self.join()

    def run(self) -> None:
        """Until told to stop."""
        with asking(self._domain) as bare:
            cookie = bare.now()
            self._begun.set()
            while not self._stop_asked.wait(POLL):
                entries, cookie = bare.changes(cookie)
                now = time.monotonic()
                self.seen |= {raw.decode(): now for _, values in entries for raw in values.get("title", ())}
