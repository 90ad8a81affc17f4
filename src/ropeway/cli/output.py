"""Tables for people, JSON for programs. What people see has passed through `safe`."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from ropeway.cli.exits import Code, Refused
from ropeway.cli.safe import cells, safe, safe_json

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; numbers stand to the right."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    """Columns that are never folded."""


NARROW, GAP = 12, 2
"""Cells that a folded column must have left, and those between two columns."""

Block = str | Heading | Table


def write(blocks: Iterable[Block]) -> None:
    """Print for people, on stdout."""
    for block in blocks:
        with to_stdout():
            _write(block)


def _write(block: Block) -> None:
    match block:
        case str():
            print(_indented(block))
        case Heading(text):
            _print_heading(safe(text))
        case Table():
            _print_table(block)


def write_json(record: object) -> None:
    """Print one JSON document on a line of its own."""
    with to_stdout():
        print(safe_json(msgspec.json.encode(record).decode()), flush=True)


@contextmanager
def to_stdout() -> Generator[None]:
    """Within, an error of the system is one of standard output: a full disk; a pipe that was closed is for Click."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = error.strerror or str(error)
        raise Refused(
            f"The output could not be written: {why}. Make room, or send it elsewhere.", Code.FAILED
        ) from None


def write_error(sentence: str, end: str = "\n") -> None:
    """A sentence on stderr."""
    print(_indented(sentence), file=sys.stderr, end=end, flush=True)


def _indented(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))] + safe(line.lstrip(" "))


def _console() -> Console:
    from rich.console import Console

    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False)


def _print_heading(text: str) -> None:
    if not sys.stdout.isatty():
        print(text)
        return
    from rich.text import Text

    _console().print(Text(text, style="bold"))


def _print_table(table: Table) -> None:
    rows = [[safe(cell) for cell in row] for row in table.rows]
    if not sys.stdout.isatty():
        _print_wide(table, rows)
    elif len(table.columns) <= 2 or _least_width(table, rows) <= _console().width:
        _print_folded(table, rows)
    else:
        _print_records(table, rows)


def _least_width(table: Table, rows: list[list[str]]) -> int:
    """Cells below which folding makes a table unreadable."""
    least = (len(table.columns) - 1) * GAP
    for name, *column in zip(table.columns, *rows, strict=True):
        words, whole = max(map(cells, name.split()), default=0), max(map(cells, column), default=0)
        least += max(words, whole if name in table.whole else min(whole, NARROW))
    return least


def _print_records(table: Table, rows: list[list[str]]) -> None:
    """A line for each cell, where the columns would not stand beside each other."""
    for number, row in enumerate(rows):
        if number:
            print()
        pairs = [[name, cell] for name, cell in zip(table.columns, row, strict=True) if cell]
        _print_folded(Table(("", ""), pairs), pairs)


def _print_wide(table: Table, rows: list[list[str]]) -> None:
    """Every row on one line, for grep and files; no colour."""
    shown = [list(table.columns), *rows] if any(table.columns) else rows
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        padded = [
            _padded(cell, width, right=column in table.numbers)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ]
        print("  ".join(padded).rstrip())


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - cells(cell))
    return space + cell if right else cell + space


def _print_folded(table: Table, rows: list[list[str]]) -> None:
    """As wide as the terminal, long cells folded."""
    from rich.table import Table as RichTable
    from rich.text import Text

    shape = RichTable(
        box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", show_header=any(table.columns)
    )
    for column in table.columns:
        justify: Literal["right", "left"] = "right" if column in table.numbers else "left"
        shape.add_column(column, justify=justify, overflow="fold", no_wrap=column in table.whole)
    for row in rows:
        shape.add_row(*map(Text, row))
    _console().print(shape)
