"""Files that `ropeway schema` reads and writes."""

from __future__ import annotations

import sys
from pathlib import Path

from ropeway.cli.exits import Refused

LARGEST = 16_000_000
"""Bytes."""


def read_text(file: str, option: str = "") -> str:
    """The text of a file, or of standard input for `-`; refusals name the option that it was given with."""
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{option}{file}: {error.strerror}.") from error
    if len(raw) > LARGEST:
        raise Refused(f"{option}{file} has more than {LARGEST:,} bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{option}{file} is not UTF-8 at byte {error.start:,}: save it as UTF-8.") from error


def write_text(file: Path, text: str, *, force: bool) -> None:
    """Write a file; one that is there stays, unless told otherwise."""
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise Refused(f"{file} is there already. Say --force to replace it.") from error
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}.") from error
