"""The upgrade of a state: a copy of a file first, then every step of the history in one transaction."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store.database import Database
from ropeway.store.schema import HEAD, prepare, upgrade, version


class Upgrade(NamedTuple):
    """What an upgrade did, or would do."""

    found: str | None
    """The version of the state before; None: it was empty."""
    known: str
    """The version that this program writes."""
    copy: str = ""
    """The file with the state as it was before, where it was a file."""


def look(database: Database) -> Upgrade:
    """What an upgrade would do. RopewayError `state-too-new`."""
    found = version(database)
    if found is not None and found > HEAD:
        raise RopewayError(Problem("state-too-new", details={"found": found, "known": HEAD}))
    return Upgrade(found, HEAD)


def migrate(database: Database) -> Upgrade:
    """Do it. A file is copied first; of two who do it at once, one waits, and finds it done."""
    before = look(database)
    if before.found is None:
        prepare(database)
    if before.found in (None, HEAD):
        return before
    copies: list[Path] = []

    def copy() -> None:
        if database.is_sqlite:
            copies.append(_copied(Path(str(database.engine.url.database).removeprefix("file:"))))

    upgrade(database, before=copy)
    return before._replace(copy=str(copies[0])) if copies else before


def _copied(file: Path) -> Path:
    """A whole copy beside the file, for its owner alone; RopewayError `state-copy-failed`."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    copy = file.with_name(f"{file.name}.before-{HEAD}-{moment}")
    part = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        source, target = sqlite3.connect(file), sqlite3.connect(part)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
        part.rename(copy)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        details = {"error": shown(str(error)), "folder": str(file.parent)}
        raise RopewayError(Problem("state-copy-failed", object=str(copy), details=details)) from error
    return copy
