"""What a database's failure means for the person who must act."""

from __future__ import annotations

import os
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from ropeway.model.problems import Problem, shown

_UNKNOWN_TO_STATE = ("no such table", "no such column", "has no column named")
"""SQLite's words where the state's tables are not this program's (its result code is 1 for every such error)."""

_UNKNOWN_TO_SERVER = frozenset({"42P01", "42703"})
"""SQLSTATE of PostgreSQL (Appendix A of its manual): undefined_table, undefined_column."""

UNFORESEEN = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a database says when the fault is ours."""

may_be_stored = ContextVar("may_be_stored", default=False)
"""Whether a server was told to commit, by what a request asks for; each thread that does a part of it has its own."""

_NOTE = "The state is "

_UNCERTAIN = "Whether all of it was stored is not known."

_UNOPENED = "unable to open database file"
"""SQLite's words for SQLITE_CANTOPEN."""

_FULL = "database or disk is full"
"""SQLite's words for SQLITE_FULL."""


def state_problem(error: Exception, otherwise: str, place: str = "") -> Problem:
    """The problem that an error of the state at `place` is, `otherwise` where it has no code of its own."""
    told, place = said(error), place or _place(error)
    if _UNCERTAIN in _notes(error):
        return Problem("commit-unanswered", object=place, details={"error": told})
    if isinstance(error, DBAPIError) and is_of_another_version(error):
        return Problem("state-of-another-version", object=place, details={"error": told})
    if place and _FULL in told:
        return Problem("state-disk-full", object=place, details={"error": told, "folder": str(Path(place).parent)})
    if place and told == _UNOPENED:
        told = f"{told}: {_why_unopened(Path(place))}"
    return Problem(otherwise, object=place, details={"error": told})


def _why_unopened(file: Path) -> str:
    """What the system has against opening a file of SQLite, which does not say it."""
    for path in (file, file.parent):
        try:
            os.stat(path)
        except OSError as error:
            return f"{path}: {error.strerror}"
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return f"{path} is on a file system that may only be read"
        if not os.access(path, os.R_OK | os.W_OK):
            return f"this user may not read and write {path}"
    return "the system does not say why"


def is_of_another_version(error: DBAPIError) -> bool:
    """Whether the state's tables are not this program's."""
    told = str(error.orig)
    state: object = getattr(error.orig, "sqlstate", None)
    return state in _UNKNOWN_TO_SERVER or any(words in told for words in _UNKNOWN_TO_STATE)


def is_ours(error: Exception) -> bool:
    """Whether it is a fault of this program, and none of the database or of what its tables are."""
    return isinstance(error, UNFORESEEN) and not is_of_another_version(error)


def is_null_character(error: DBAPIError) -> bool:
    """Whether a text has one, which PostgreSQL cannot hold, nor look for."""
    return "cannot contain NUL" in str(error.orig)


def name_place(error: BaseException, place: str) -> None:
    """Note the file or server that an error is about; the driver's own error does not know it."""
    error.add_note(f"{_NOTE}{place}")


def name_uncertain(error: BaseException) -> None:
    """Note that something may have been committed."""
    error.add_note(_UNCERTAIN)


def _notes(error: Exception) -> list[str]:
    return getattr(error, "__notes__", [])


def _place(error: Exception) -> str:
    return next((note.removeprefix(_NOTE) for note in _notes(error) if note.startswith(_NOTE)), "")


def said(error: Exception) -> str:
    """What a database said, in a line: of PostgreSQL's answer the part that tells why, not the way there."""
    orig = getattr(error, "orig", None) or error
    text = str(orig).strip() or type(orig).__name__
    for mark in ("FATAL:", " failed: "):
        before, found, why = text.rpartition(mark)
        text = f"{_server(before)}{why.strip()}" if found and why else text
    return shown(text.splitlines()[0])


def _server(way: str) -> str:
    """The server's address, where the way there names one."""
    at = way.find(" at ")
    return way[at + 4 :].strip() + ": " if at >= 0 else ""
