"""Counters that number rows: no number is used again after a restore, even of rows that are gone."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, inspect, text


def last_numbers(c: Connection, tables: list[str]) -> dict[str, int]:
    """The last number that each counted table has given."""
    if c.dialect.name == "sqlite":
        return _of_file(c, tables)
    return {name: _last(c, sequence) for name, (sequence, _) in _sequences(c, tables).items()}


def not_before(c: Connection, numbers: Mapping[str, int]) -> None:
    """Make every counter go on after these numbers, after its table's own rows, and never backwards."""
    if c.dialect.name == "sqlite":
        now = _of_file(c, list(numbers))
        for name, number in numbers.items():
            if number > now.get(name, 0) and name in _autoincrement(c):
                c.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
                row = {"name": name, "seq": number}
                c.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), row)
        return
    for name, (sequence, column) in _sequences(c, list(numbers)).items():
        quote = c.dialect.identifier_preparer.quote
        largest = c.scalar(text(f"SELECT coalesce(max({quote(column)}), 0) FROM {quote(name)}")) or 0  # noqa: S608
        number = max(numbers[name], largest, _last(c, sequence))
        if number:
            c.execute(text("SELECT setval(CAST(:name AS regclass), :number)"), {"name": sequence, "number": number})


def _of_file(c: Connection, tables: list[str]) -> dict[str, int]:
    if not inspect(c).has_table("sqlite_sequence"):
        return {}
    found = c.execute(text("SELECT name, seq FROM sqlite_sequence"))
    return {name: int(seq or 0) for name, seq in found if name in tables}


def _autoincrement(c: Connection) -> set[str]:
    found = c.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"))
    return set(found.scalars())


def _sequences(c: Connection, tables: list[str]) -> dict[str, tuple[str, str]]:
    """Table to its sequence and the column that it numbers."""
    found: dict[str, tuple[str, str]] = {}
    for name in tables:
        for column in inspect(c).get_pk_constraint(name)["constrained_columns"]:
            quoted = c.dialect.identifier_preparer.quote(name)
            asked = {"table": quoted, "column": column}
            if sequence := c.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), asked):
                found[name] = (sequence, column)
    return found


def _last(c: Connection, sequence: str) -> int:
    last, called = c.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - PostgreSQL's own name of it
    return int(last) if called else 0
