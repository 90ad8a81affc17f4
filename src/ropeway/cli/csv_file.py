"""Tables for spreadsheets: what Excel opens with a double click, and cannot be made to run anything by.

UTF-8 with a byte order mark, because Excel takes a file without one for the machine's old code page; CRLF between
rows, as RFC 4180 says, on every system; every cell quoted. A cell that a spreadsheet would compute (it begins with
= + - or @, be it after spaces, tabs or line breaks) gets an apostrophe before it, and is text.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, TextIO

from ropeway.cli.exits import Code, Refused

MARK = "\ufeff"
_COMPUTED = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Rows(Protocol):
    """Takes rows, one after the other."""

    def __call__(self, row: Sequence[str]) -> None: ...


def harmless(cell: str) -> str:
    """A cell that is text in every spreadsheet, on one line."""
    line = "".join(c if c.isprintable() else " " for c in cell)
    return f"'{line}" if line.lstrip(" ").startswith(_COMPUTED) else line


@contextmanager
def csv_file(name: str, columns: Sequence[str]) -> Generator[Rows]:
    """A file of that name (`-`: stdout) with these columns; whole or not there at all."""
    if name == "-":
        yield _writer(sys.stdout, columns)
        return
    fresh = Path(f"{name}.{os.getpid()}.new")
    try:
        with fresh.open("x", encoding="utf-8", errors="replace", newline="") as stream:
            yield _writer(stream, columns)
        fresh.replace(name)
    except OSError as error:
        raise Refused(f"The file {name} cannot be written: {error.strerror or error}.", Code.FAILED) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _writer(stream: TextIO, columns: Sequence[str]) -> Rows:
    stream.write(MARK)
    rows = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(columns)

    def write(row: Sequence[str]) -> None:
        rows.writerow([harmless(cell) for cell in row])

    return write
