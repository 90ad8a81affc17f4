"""Backup and restore on the machine where the state is, by its address: what the command line does."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.holder import user_here
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.operating.backup import restoring, taking
from ropeway.service.operating.backup.archive import Header
from ropeway.service.operating.backup.reading import Told, quiet
from ropeway.service.operating.backup.taking import Taken
from ropeway.store import trail
from ropeway.store.database import Database
from ropeway.store.trail import Act


def back_up_to(url: str, out: BinaryIO, told: Told = quiet) -> Taken:
    """To a stream."""
    with _existing(url) as database:
        return _on_record(database, taking.to_stream(database, out, told=told))


def back_up(url: str, file: Path, *, force: bool = False, told: Told = quiet) -> Taken:
    """To a file."""
    with _existing(url) as database:
        return _on_record(database, taking.to_file(database, file.absolute(), force=force, told=told))


def back_up_and_keep(url: str, folder: Path, keep: int, told: Told = quiet) -> Taken:
    """To a folder, which is made where there is none."""
    with _existing(url) as database:
        taking.make_folder(folder)
        return _on_record(database, taking.to_folder(database, folder.absolute(), keep, told=told))


def put_back(url: str, file: Path, *, replace: bool = False, told: Told = quiet) -> Header:
    """From a file."""
    with _opened(url) as database:
        return restoring.restore(database, file, replace=replace, told=told)


def _on_record(database: Database, taken: Taken) -> Taken:
    """Everything of everybody has a copy: an administrative act, of a state that can be written."""
    details = {"rows": taken.rows, "bytes": taken.bytes}
    with suppress(SQLAlchemyError), database.write() as c:
        trail.note_everywhere(c, Act(taken.time, user_here(), "service.backup", taken.place, "success", details))
    return taken


@contextmanager
def _existing(url: str) -> Generator[Database, None, None]:
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not file.exists():
        raise RopewayError(Problem("state-empty", object=str(file)))
    with _opened(url) as database:
        yield database


@contextmanager
def _opened(url: str) -> Generator[Database, None, None]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
