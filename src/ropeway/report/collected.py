"""Values and findings in a temporary file of SQLite, which vanishes with the process: memory does not grow."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from ropeway.model.prepared import prepared
from ropeway.report.finding import ORDER, Finding

_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE value (kind TEXT, key TEXT, identity TEXT, mine INTEGER, rank INTEGER, owner TEXT, job TEXT,
                    joins INTEGER, record BLOB);
CREATE TABLE finding (place INTEGER, error TEXT, sort TEXT, dn TEXT, record BLOB);
"""
_PORTION = 500


class Wanted(NamedTuple):
    """A value that should be unique, and who wants it."""

    kind: str
    """`userPrincipalName`, `address`, `mailNickname`, `anchor`."""
    key: str
    """The value as it is compared."""
    identity: str
    """The same for everything that is, or becomes, one object of the directory."""
    rank: int
    """Who should keep it: the lowest."""
    owner: str
    """A name for people: the DN, and the job where it is another one."""
    finding: Finding | None
    """The line to tell about it; None where the owner is not what the report is about."""
    job: str = ""
    """Whose object it is, where it is another job's."""
    joins: bool = False
    """By this value the object is brought together with one of another job: that is no conflict."""


class Twice(NamedTuple):
    """A value that several want."""

    kind: str
    key: str
    owners: int


class Collected:
    """What one report has found so far."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(_TABLES)
        self.counts: Counter[tuple[str, str]] = Counter()
        """(severity, error) to number of findings."""

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def want(self, values: Iterable[Wanted]) -> None:
        """Note values that should be unique."""
        rows = [
            (
                *(_stored(w.kind), _stored(w.key), w.identity, w.finding is not None, w.rank),
                *(_stored(w.owner), _stored(w.job), w.joins, _packed(w)),
            )
            for w in values
        ]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO value VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._file.execute("COMMIT")

    def find(self, findings: Iterable[Finding], sort: str = "") -> None:
        """Note findings; `sort` keeps those together that belong together."""
        rows: list[tuple[object, ...]] = []
        for one in findings:
            self.counts[(one.severity.value, one.error.value)] += 1
            rows.append((ORDER[one.severity], one.error.value, _stored(sort), _stored(one.dn), _encode(one)))
        if rows:
            self._file.execute("BEGIN")
            self._file.executemany("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", rows)
            self._file.execute("COMMIT")

    def twice(self) -> Iterator[Twice]:
        """Values that more than one object wants, one of them being what the report is about."""
        self._file.execute("CREATE INDEX IF NOT EXISTS by_value ON value (kind, key, rank)")
        rows = self._file.execute(
            "SELECT kind, key, COUNT(DISTINCT identity) FROM value GROUP BY kind, key "
            "HAVING COUNT(DISTINCT identity) > 1 AND MAX(mine) "
            "AND NOT (SUM(NOT joins) <= 1 AND COUNT(DISTINCT job) = COUNT(*)) ORDER BY kind, key"
        )
        for row in rows:
            yield Twice(*row)

    def owners(self, which: Twice, most: int) -> list[tuple[str, str]]:
        """(identity, name) of those who want a value, best first."""
        query = (
            "SELECT identity, owner FROM value WHERE kind = ? AND key = ? "
            "GROUP BY identity ORDER BY MIN(rank), owner LIMIT ?"
        )
        return list(self._file.execute(query, (which.kind, which.key, most)))

    def lines(self, which: Twice) -> Iterator[tuple[str, Finding]]:
        """(identity, line) of those among them whom the report is about, best first."""
        rows = self._file.execute(
            "SELECT identity, record FROM value WHERE kind = ? AND key = ? AND mine ORDER BY rank, owner",
            (which.kind, which.key),
        )
        for identity, record in rows:
            yield identity, _decode(record)

    def has(self, kind: str, key: str) -> bool:
        """Whether anybody wants a value."""
        query = "SELECT 1 FROM value WHERE kind = ? AND key = ? LIMIT 1"
        return self._file.execute(query, (kind, _stored(key))).fetchone() is not None

    def findings(self) -> Iterator[Finding]:
        """Everything found, the gravest first, then by error, then what belongs together, then by DN."""
        rows = self._file.execute("SELECT record FROM finding ORDER BY place, error, sort, dn, rowid")
        while part := rows.fetchmany(_PORTION):
            yield from (_decode(record) for (record,) in part)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(prepared(Finding)).decode


def _packed(wanted: Wanted) -> bytes | None:
    return None if wanted.finding is None else _encode(wanted.finding)


def _stored(text: str) -> str:
    """Text that a database takes: lone halves of characters become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def names_of(owners: Sequence[tuple[str, str]], without: str, total: int) -> str:
    """`Ann, Bob and 3 more`: the others who want a value."""
    others = [name for identity, name in owners if identity != without][:3]
    more = total - 1 - len(others)
    return ", ".join(others) + (f" and {more:,} more" if more > 0 else "")
