"""An archive of an earlier version, brought up to this one in a file of its own before anything is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.operating.backup.archive import Block, Header, blocks
from ropeway.service.operating.backup.counters import not_before
from ropeway.service.operating.backup.filling import Filling
from ropeway.service.operating.backup.reading import Told, blocks_of, quiet
from ropeway.store.database import Database
from ropeway.store.schema import HEAD, prepare, upgrade

Opened = Callable[[], Iterator[Block]]
"""The blocks of an archive from their beginning; may be asked for again."""


@contextmanager
def brought_up(file: BinaryIO, header: Header, target: Database, told: Told) -> Generator[Opened, None, None]:
    """The blocks of an archive, in the shape of this program's tables."""
    if header.schema == HEAD:
        yield lambda: blocks(file, str(file.name))
        return
    with tempfile.TemporaryDirectory(prefix=".ropeway-restore-", dir=_folder(target)) as folder:
        database = Database(f"sqlite:///{folder}/upgraded.db")
        try:
            _upgraded(database, file, header, told)
            with database.snapshot() as c:
                yield lambda: blocks_of(c, quiet)
        finally:
            database.close()


def _folder(target: Database) -> str | None:
    """Beside the state, where there is room for it; for a server where temporary files are."""
    return str(Path(target.url.removeprefix("sqlite:///")).parent) if target.is_sqlite else None


def _upgraded(database: Database, file: BinaryIO, header: Header, told: Told) -> None:
    from alembic.util import CommandError

    try:
        upgrade(database, header.schema)
    except CommandError as error:  # a version that never was
        raise RopewayError(Problem("backup-damaged", object=str(file.name))) from error
    with database.write() as c:
        filling = Filling(c, str(file.name))
        filling.run(blocks(file, str(file.name)), lambda done: told("upgrade", done, header.rows))
        not_before(c, filling.last)
    prepare(database)
