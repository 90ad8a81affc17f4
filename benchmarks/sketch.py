"""The yardstick of figure 1: an LDIF file parsed and stored by nothing but SQLAlchemy Core. Arguments: file, database.

It decides nothing, checks nothing and could not be stopped half-way: it writes as many rows, of about the same size,
as a first synchronization of the same file leaves behind.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table, create_engine

KEYS = 5
"""Unique values per object: names, addresses, anchors."""
CHANGES = 2
"""Lines of the change log per object."""
AT_ONCE = 1_000
LONG = (1 << 64) - 1

metadata = MetaData()
entry = Table("entry", metadata, Column("anchor", String, primary_key=True), Column("attributes", LargeBinary))
made = Table("object", metadata, Column("id", Integer, primary_key=True), Column("properties", String))
said = Table("contribution", metadata, Column("anchor", String, primary_key=True), Column("attributes", String))
event = Table("event", metadata, Column("id", Integer, primary_key=True), Column("modified", LargeBinary))
change = Table("change", metadata, Column("id", Integer, primary_key=True), Column("details", String))
key = Table("key", metadata, Column("name", String), Column("value", String), PrimaryKeyConstraint("name", "value"))
link, linked = (
    Table(name, metadata, Column("owner", Integer), Column("other", String), PrimaryKeyConstraint("owner", "other"))
    for name in ("link", "linked")
)

Entry = dict[str, list[str]]


def entries(path: Path) -> Iterator[Entry]:
    """The objects of a file: continued lines joined, Base64 decoded, names in lower case."""
    found: Entry = {}
    for line in _lines(path):
        if not line:
            if "dn" in found:
                yield found
            found = {}
            continue
        name, _, value = line.partition(":")
        value = b64decode(value[1:]).decode("utf-8", "replace") if value[:1] == ":" else value.strip()
        found.setdefault(name.lower(), []).append(value)
    if "dn" in found:
        yield found


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        waiting = ""
        for raw in file:
            line = raw.rstrip("\n")
            if line[:1] == " ":
                waiting += line[1:]
                continue
            yield waiting
            waiting = line
        yield waiting
        yield ""


def rows(number: int, found: Entry) -> Iterator[tuple[Table, dict[str, Any]]]:
    """What one object leaves behind."""
    anchor, text = found["dn"][0], json.dumps({k: v for k, v in found.items() if k != "member"}, ensure_ascii=False)
    raw = text.encode()
    yield entry, {"anchor": anchor, "attributes": raw}
    yield made, {"id": number, "properties": text}
    yield said, {"anchor": anchor, "attributes": text}
    yield event, {"id": number, "modified": raw}
    for n in range(CHANGES):
        yield change, {"id": number * CHANGES + n, "details": text[:150]}
    for n in range(KEYS):
        yield key, {"name": f"key{n}", "value": anchor[:60] + str(number)}
    for other in (*found.get("member", ()), *found.get("manager", ())):
        end = f"{hash(other) & LONG:036x}"
        yield link, {"owner": number, "other": end}
        yield linked, {"owner": number, "other": end}


def store(path: Path, database: Path) -> None:
    """Parse and write, in transactions of a thousand rows."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        metadata.create_all(connection)
        connection.commit()
        batch: dict[Table, list[dict[str, Any]]] = {}
        size = 0
        for number, found in enumerate(entries(path)):
            for table, row in rows(number, found):
                batch.setdefault(table, []).append(row)
                size += 1
            if size >= AT_ONCE:
                size = _write(connection, batch)
        _write(connection, batch)


def _write(connection: Any, batch: dict[Table, list[dict[str, Any]]]) -> int:
    for table, some in batch.items():
        connection.execute(table.insert(), some)
    connection.commit()
    batch.clear()
    return 0


if __name__ == "__main__":
    store(Path(sys.argv[1]), Path(sys.argv[2]))
