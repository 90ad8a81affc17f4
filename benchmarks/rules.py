"""Figure 8: the default rules on one object, and everything planned anew after one rule was changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from sqlite3 import connect
from statistics import median

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.from_ldif import written
from benchmarks.machine import load
from benchmarks.sizes import Export
from ropeway.control.in_process import open_control
from ropeway.control.schema_views import SchemaChange
from ropeway.control.sources import open_source
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.records import Entry
from ropeway.engine.work import filetime
from ropeway.model.pages import Whole
from ropeway.model.values import Attributes, pack, unpack
from ropeway.rules import compile_rules, default_schema, source_anchor

MAPPED = 5_000
"""Users that are mapped again and again."""
ROUNDS = 5
MICROSECONDS = 50.0
"""The bound for one object: 20,000 a second."""
SECONDS = 15.0
"""The bound for 100,000 objects."""
TITLE = "          jobTitle: title\n", "          jobTitle: =ToUpper([title])\n"


def measure(bench: Bench) -> Iterator[Figure]:
    """Mapping alone on one core; then, for each size, deciding again what is stored."""
    yield _mapping(bench)
    for wanted in bench.sizes.exports:
        yield _replanning(bench, wanted)


def _mapping(bench: Bench) -> Figure:
    people = _people(written(bench, bench.sizes.exports[-1]))
    rule = compile_rules(default_schema("ldif")).rule_for("user")
    if rule is None:
        raise RuntimeError("the default schema has no rule for users")
    bench.say(f"{len(people):,} users mapped by {len(rule.flows)} flows")
    packed = [pack(rule.map(person)) for person in people]
    map_ = rule.map
    ours = median(_timed(lambda: [map_(person) for person in people]) for _ in range(ROUNDS))
    bare = median(_timed(lambda: [unpack(one) for one in packed]) for _ in range(ROUNDS))
    each = 1e6 / len(people)
    return Figure(what="one user mapped by the default rules", value=ours * each, unit="µs",
                  yardstick="the result unpacked", beside=bare * each, bound=MICROSECONDS, load=load())  # fmt: skip


def _people(path: Path) -> list[Attributes]:
    """The first users of an export with all that rules may ask for."""
    rules = compile_rules(default_schema("ldif"))
    source = open_source(tenant.of_file(path), None)
    found: list[Attributes] = []
    setting = Setting(filetime(time.time()))
    try:
        for page in source.read(None, rules.wanted()):
            for item in page.items:
                if isinstance(item, Whole) and item.type == "user":
                    anchor = source_anchor(item.type, item.attributes, item.anchor)
                    entry = Entry(item.anchor, anchor, item.type, None, item.dn, pack(item.attributes), b"", True)
                    found.append(source_attributes(entry, item.dn, setting))
            if len(found) >= MAPPED:
                break
    finally:
        source.close()
    return found[:MAPPED]


def _timed(work: Callable[[], object]) -> float:
    """Seconds of CPU: what is measured never waits, and other processes do not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _replanning(bench: Bench, wanted: Export) -> Figure:
    total = wanted.people + wanted.groups
    with bench.throwaway("rules") as folder:
        state = folder / "state.db"
        tenant.prepare(state, tenant.of_file(written(bench, wanted)))
        bench.say(f"one rule changed on {total:,} objects; first they are synchronized")
        tenant.run_once(state)
        _change_one_rule(state)
        with tenant.following(state) as running:
            began = time.perf_counter()
            outcome = running.look()
            ours = time.perf_counter() - began
            planned = running.work().state.plan_counts().get("update user", 0)
        if outcome.read or outcome.decided < total or planned < wanted.people * 0.9:
            raise RuntimeError(f"{outcome.read} read, {outcome.decided} decided, {planned} planned of {total}")
        bare = _plainly(state, folder / "plain.db")
    return Figure(what=f"one rule changed: {total:,} objects planned anew", value=ours, unit="s",
                  yardstick="each read, and a row written", beside=bare,
                  bound=SECONDS * total / 110_000, load=load())  # fmt: skip


def _change_one_rule(state: Path) -> None:
    control = open_control(tenant.url(state))
    try:
        text = control.export_schema(tenant.JOB).text
        if TITLE[0] not in text:
            raise RuntimeError("the default schema maps jobTitle otherwise than it did")
        control.change_schema(tenant.JOB, SchemaChange(text=text.replace(*TITLE, 1)))
    finally:
        control.close()


def _plainly(state: Path, path: Path) -> float:
    """Seconds to read every entry's attributes and write a row for it, with nothing but SQLite, 1,000 at once."""
    source, target = connect(state), connect(path, isolation_level=None)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=NORMAL")
    target.execute("CREATE TABLE change (seq INTEGER PRIMARY KEY, entry INTEGER, attributes BLOB)")
    began = time.perf_counter()
    rows = source.execute("SELECT number, attributes, exported FROM entry ORDER BY number")
    while some := rows.fetchmany(1000):
        target.execute("BEGIN")
        made = [(number, pack(unpack(attributes))) for number, attributes, _ in some]
        target.executemany("INSERT INTO change (entry, attributes) VALUES (?, ?)", made)
        target.execute("COMMIT")
    took = time.perf_counter() - began
    source.close()
    target.close()
    return took
