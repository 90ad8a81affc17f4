"""Transactions are short, and what an idle pass asks is answered by indexes, however many entries there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from ropeway.engine.records import Imported, LinkKey
from tests.contract.state_job import Office, a, office, person
from tests.unit.engine_company import Company, Trial

__all__ = ["office"]

PEOPLE = 20_000


@contextmanager
def statements(office: Office) -> Iterator[list[tuple[str, Any]]]:
    """Every statement of this stretch with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    event.listen(office.db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(office.db.engine, "before_cursor_execute", note)


@pytest.fixture
def crowded(office: Office) -> Office:
    """20,000 people in groups of 50, all decided, and the statistics that a database gathers by itself."""
    for start in range(0, PEOPLE, 450):
        office.read(*(person(f"P{n:05}") for n in range(start, min(start + 450, PEOPLE))))
    office.read(*(person(f"G{n:03}", "group") for n in range(400)))
    for n in range(400):
        added = [LinkKey(a(f"G{n:03}"), "member", a(f"P{n * 50 + i:05}")) for i in range(50)]
        office.state.store(Imported(generation=1, added=added))
    with office.db.write() as c:
        c.execute(text("DELETE FROM due"))
        c.execute(text("UPDATE link SET exported = present"))
    with office.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        c.execute(text("ANALYZE" if office.db.is_sqlite else "VACUUM ANALYZE"))
    return office


IDLE: list[tuple[str, Callable[[Office], object]]] = [
    ("due", lambda o: o.state.due(o.now, 800)),
    ("any_sendable", lambda o: o.state.any_sendable()),
    ("held", lambda o: o.state.held()),
    ("sendable", lambda o: [o.state.sendable(phase, 0, 800) for phase in range(5)]),
    ("sendable again", lambda o: [o.state.sendable(phase, 0, 800, sent=True) for phase in range(5)]),
    ("pending_links", lambda o: o.state.pending_links([20_001], (0, "", ""), 900)),
    ("open_references", lambda o: o.state.open_references(list(range(1, 800)))),
    ("told_references", lambda o: o.state.told_references(list(range(1, 30)), ["member"])),
    ("crowded", lambda o: [o.state.crowded([20_001], "member", 1000) for _ in range(2)]),
    ("losing_members", lambda o: o.state.losing_members(20, 0.0)),
    ("endangered", lambda o: (o.state.endangered("deletes"), o.state.endangered("disables"))),
    ("emptied", lambda o: (o.state.emptied(0, 20_000), o.state.emptied_since(0.0))),
    ("record", lambda o: (o.state.record(), o.state.stopped_before())),
    ("known", lambda o: o.state.known([a("P00001")])),
    ("children", lambda o: o.state.children_due(a("P00001"))),
    ("owners", lambda o: o.state.owners_due(a("P00001"))),
    ("members", lambda o: o.state.members_due([a("G001")])),
    ("in_groups", lambda o: o.state.in_groups([a("P00001")], [a("G001")])),
    ("group_closure", lambda o: o.state.group_closure([a("G001")])),
    ("forget", lambda o: o.state.forget(0.0, 0.0, tombstones=True)),
]


def test_a_group_is_counted_once_and_then_told_by_what_is_added(office: Office) -> None:
    people = [f"P{n}" for n in range(9)]
    office.read(person("Team", "group"), *map(person, people))
    team = office.state.known([a("Team")])[a("Team")].number

    def asked(*joining: str, gone: tuple[str, ...] = ()) -> tuple[bool, int]:
        """Whether the team has more than five members now, and how many questions that took."""
        office.link("Team", *joining, gone=gone)
        with statements(office) as seen:
            over = office.state.crowded([team], "member", 5)
        office.send_links("Team")
        return over == {team}, len([1 for statement, _ in seen if statement.startswith("SELECT")])

    assert asked("P0", "P1") == (False, 1)
    assert asked("P2") == (False, 1)
    assert asked("P3", "P4") == (False, 1)
    assert asked("P5") == (True, 2)
    assert asked("P6") == (True, 2)
    assert asked(gone=("P0", "P1", "P2")) == (False, 2)
    assert asked("P0") == (False, 1)
    assert asked("P1", "P2") == (True, 2)


@pytest.mark.slow
def test_what_an_idle_pass_asks_scans_neither_entries_nor_links(crowded: Office) -> None:
    scans: dict[str, list[str]] = {}
    for name, ask in IDLE:
        with statements(crowded) as seen:
            ask(crowded)
        for statement, parameters in seen:
            if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                scans.setdefault(name, []).extend(scanned(crowded, statement, parameters))
    assert {name: found for name, found in scans.items() if found} == {}


def scanned(office: Office, statement: str, parameters: Any) -> list[str]:
    """The large tables that the database's own plan of a statement reads from end to end."""
    rows = parameters[0] if isinstance(parameters, list) else parameters
    with office.db.engine.connect() as c:
        if office.db.is_sqlite:
            plan = [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", rows)]
            return [line for line in plan if line.split(" USING")[0] in ("SCAN entry", "SCAN link")]
        found = c.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", rows).scalar()
    return list(_sequential((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def _sequential(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in ("entry", "link"):
        yield f"{node['Relation Name']}: {node.get('Filter')}"
    for inner in node.get("Plans", []):
        yield from _sequential(inner)


def test_a_whole_synchronization_writes_at_most_a_thousand_objects_in_a_transaction(
    database_url: str, tmp_path
) -> None:
    trial, company = Trial(database_url), Company(tmp_path / "contoso.ldif")
    company.group("Everybody", company.people(2500))
    job = trial.job(company)
    largest: dict[str, int] = {}
    rows: dict[str, int] = {}

    def note(_c: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        verb = statement.split()[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE"):
            words = statement.split()
            table = words[1] if verb == "UPDATE" else words[2]
            rows[table] = rows.get(table, 0) + (len(parameters) if many else max(cursor.rowcount, 0))

    def committed(_c: Any) -> None:
        for table, count in rows.items():
            largest[table] = max(largest.get(table, 0), count)
        rows.clear()

    event.listen(trial.db.engine, "after_cursor_execute", note)
    event.listen(trial.db.engine, "commit", committed)
    job.run()
    for number in range(2, 1500):
        company.things[number].values["department"] = "Law"
    job.run()
    trial.db.close()
    tables = {name: n for name, n in largest.items() if n > 1000}
    assert tables == {}
