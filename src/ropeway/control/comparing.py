"""Two jobs side by side: what each would write differently, as a staging installation beside the active one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ropeway.control.protocol import CompareView, DifferenceView
from ropeway.control.running import trouble
from ropeway.control.views import iso
from ropeway.engine.comparing import (
    End,
    LinkDifference,
    Pair,
    Pictured,
    attribute_differences,
    link_differences,
    paired,
)
from ropeway.engine.redaction import covered
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.state_url import place_of
from ropeway.rules import compile_rules
from ropeway.rules.layers import job_schema
from ropeway.store import importing, jobs
from ropeway.store.comparing import ends, pictures
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.schema import is_current

APART = frozenset(
    {"name", "source", "schema", "edits", "staging", "poll_seconds", "schedule", "retention", "notifications"}
)
"""Settings that may differ between installations, and the schema, which is compared by its digest."""


class Side(NamedTuple):
    """A job, and where its state is."""

    db: Database
    row: JobRow
    key: Key

    def dns(self, anchors: list[Anchor]) -> list[str]:
        """What objects are called, as far as known."""
        with self.db.read() as c:
            known = importing.known(c, self.key, anchors)
        return [known[a].dn if a in known else a for a in anchors]


def side(db: Database, tenant: int, job: str) -> Side:
    """A job of a state."""
    with trouble(), db.read() as c:
        row = jobs.find(c, tenant, job)
    return Side(db, row, Key(tenant=tenant, job=row.number))


def opened(url: str) -> Database:
    """The state of another installation; it is neither made nor upgraded here."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise RopewayError(Problem("state-cannot-open", place_of(url), details={"error": "there is no such file"}))
    db = Database(url)
    try:
        with trouble():
            if not is_current(db):
                raise RopewayError(Problem("compare-another-version"))
    except BaseException:
        db.close()
        raise
    return db


class Comparing:
    """One comparison."""

    def __init__(self, here: Side, there: Side) -> None:
        self._here = here
        self._there = there
        self._rules = [compile_rules(job_schema(each.row.settings)) for each in (here, there)]
        self._secret = self._rules[0].redacted | self._rules[1].redacted
        self._counts: Counter[str] = Counter()

    def run(self, limit: int) -> CompareView:
        """Every object at both; the first `limit` differences are told, all are counted."""
        here, there = self._here, self._there
        told: list[DifferenceView] = []
        with trouble():
            for pair in paired(pictures(here.db, here.key), pictures(there.db, there.key)):
                difference = self._difference(pair, named=len(told) < limit)
                if difference is not None and len(told) < limit:
                    told.append(difference)
        return CompareView(
            job=here.row.name,
            other=there.row.name,
            as_of=(iso(here.row.standing.last_run), iso(there.row.standing.last_run)),
            counts=dict(self._counts),
            settings=self._settings(),
            differences=tuple(told),
        )

    def _settings(self) -> dict[str, tuple[Any, Any]]:
        a, b = _settings(self._here.row.settings), _settings(self._there.row.settings)
        found = attribute_differences(a, b)
        digests = [rules.digest for rules in self._rules]
        if digests[0] != digests[1]:
            found["schema"] = (digests[0][:12], digests[1][:12])
        return found

    def _difference(self, pair: Pair, *, named: bool) -> DifferenceView | None:
        """What differs of an object; `named`: with the names of other ends."""
        here = pair.here.wanted() if pair.here else None
        there = pair.there.wanted() if pair.there else None
        if here is None and there is None:
            return None
        entry = (pair.here or pair.there).entry  # pyright: ignore[reportOptionalMemberAccess] - a pair has a side
        what = "only here" if there is None else "only there" if here is None else "different"
        attributes, links = {}, {}
        if here is not None and there is not None and pair.here and pair.there:
            attributes = self._shown(attribute_differences(here, there))
            both = (_ends(self._here, pair.here), _ends(self._there, pair.there))
            differing = link_differences(*both)
            links = {name: self._named(one) for name, one in differing.items()} if named else {}
            if not attributes and not differing:
                self._counts["same"] += 1
                return None
        self._counts[what] += 1
        return DifferenceView(
            what=what, object=entry.dn, anchor=entry.anchor, type=entry.type, attributes=attributes, links=links
        )

    def _shown(self, found: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
        """Differences without the values that nobody may see."""
        secret = self._secret
        return {n: (covered(a), covered(b)) if n in secret else (a, b) for n, (a, b) in found.items()}

    def _named(self, one: LinkDifference) -> dict[str, Any]:
        return {
            "only here": one.only_here,
            "only there": one.only_there,
            "names here": self._here.dns(one.names_here),
            "names there": self._there.dns(one.names_there),
        }


def _ends(side: Side, one: Pictured) -> Iterator[End]:
    """The links of an object, but for those that its rules leave out."""
    withheld = one.entry.withheld.split()
    if one.links is None:
        return ends(side.db, one.entry.number, withheld)
    return (end for end in one.links if end[0] not in withheld)


def _settings(settings: JobSettings) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(settings)
    told["scope"].pop("names")
    return {name: value for name, value in told.items() if name not in APART}
