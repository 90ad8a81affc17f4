"""A backup: to a stream, to a file, to a folder that keeps the last ones."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.metadata import version as version_of_program
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.running import trouble
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.operating.backup.archive import Header, Writer
from ropeway.service.operating.backup.reading import Told, blocks_of, quiet, rows_of
from ropeway.store import backups
from ropeway.store.database import Database
from ropeway.store.metadata import tenant
from ropeway.store.schema import version_of

SUFFIX = ".backup"
PART = ".part"
"""Of a file that is still being written."""
KEPT = re.compile(r"ropeway-\d{8}T\d{6}Z" + re.escape(SUFFIX))
"""Names of backups in a folder, which sort by time; files of other names are left alone."""


class Taken(msgspec.Struct, frozen=True):
    """A backup that was written."""

    place: str
    time: float
    """The moment that it shows, seconds since 1970."""
    rows: int
    bytes: int
    seconds: float
    removed: tuple[str, ...] = ()
    """Older backups that went for it."""


def to_stream(database: Database, out: BinaryIO, *, place: str = "-", told: Told = quiet) -> Taken:
    """Write a backup; whatever is written meanwhile is not in it. RopewayError where the state cannot be read."""
    began = time.monotonic()
    with trouble(), database.snapshot() as c:
        schema, now = version_of(c), time.time()
        if schema is None:
            raise RopewayError(Problem("state-empty", object=place))
        header = Header(
            program=version_of_program("ropeway"),
            schema=schema,
            tenant=c.scalar(select(tenant.c.id).order_by(tenant.c.number).limit(1)) or "",
            time=now,
            kind="sqlite" if database.is_sqlite else "postgresql",
            rows=rows_of(c),
        )
        with _writing(place):
            writer = Writer(out, header)
        for block in blocks_of(c, told, header.rows):
            with _writing(place):
                writer.put(block)
        with _writing(place):
            writer.finish()
    return Taken(place, now, header.rows, writer.written, time.monotonic() - began)


def to_file(database: Database, file: Path, *, force: bool = False, told: Told = quiet) -> Taken:
    """Write a backup that has its name only once it is whole and on the disk; nobody but its owner may read it."""
    if file.exists() and not force:
        raise RopewayError(Problem("backup-exists", object=str(file)))
    part = file.with_name(file.name + PART)
    with _claimed(part) as out:
        taken = to_stream(database, out, place=str(file), told=told)
        with _writing(str(file)):
            os.fsync(out.fileno())
            part.rename(file)
            _sync(file.parent)
    _note(database, taken)
    return taken


def to_folder(database: Database, folder: Path, keep: int, *, told: Told = quiet) -> Taken:
    """Write a backup beside earlier ones, then remove those beyond the newest `keep`."""
    name = time.strftime(f"ropeway-%Y%m%dT%H%M%SZ{SUFFIX}", time.gmtime())
    taken = to_file(database, folder / name, told=told)
    with _writing(str(folder)):
        kept = sorted(each for each in folder.iterdir() if KEPT.fullmatch(each.name))
        gone = kept[:-keep]
        for each in gone:
            each.unlink()
        _remove_abandoned(folder)
    return msgspec.structs.replace(taken, removed=tuple(str(each) for each in gone))


def make_folder(folder: Path) -> None:
    """A folder for backups, which its owner alone may enter; one that is there stays as it is."""
    with _writing(str(folder)):
        if folder.is_file():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file; --keep wants a folder")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _claimed(part: Path) -> Generator[BinaryIO, None, None]:
    """A file with mode 0600 that nobody else writes; it goes where the block ends with an exception."""
    with _writing(str(part)):
        out = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb", buffering=0)
    with out:
        _lock(out, part)
        with _writing(str(part)):
            os.fchmod(out.fileno(), 0o600)
            out.truncate()
        try:
            yield out
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _lock(out: BinaryIO, part: Path) -> None:
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RopewayError(Problem("backup-running", object=str(part))) from error


def _remove_abandoned(folder: Path) -> None:
    """What a backup left that was killed in the middle: nobody has it locked."""
    for each in folder.glob(f"ropeway-*{SUFFIX}{PART}"):
        with each.open("rb") as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            each.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """The name, too, survives a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing(place: str) -> Generator[None, None, None]:
    """What goes wrong within is the backup's file, not the state."""
    try:
        yield
    except OSError as error:
        details = {"error": error.strerror or str(error), "folder": str(Path(place).parent)}
        raise RopewayError(Problem("backup-unwritten", object=place, details=details)) from error


def _note(database: Database, taken: Taken) -> None:
    """So that `service status` knows; a backup of a state that cannot be written just now is a backup, too."""
    with suppress(SQLAlchemyError), database.write() as c:
        backups.note(c, database, backups.Backup(taken.time, socket.gethostname(), taken.place, taken.bytes))
