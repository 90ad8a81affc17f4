"""Tables for people, JSON for programs. What people see has passed through `safe`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from ropeway.cli.safe import safe, safe_json

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 10_000
"""Into a pipe every row stays on one line, for grep."""


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


Block = str | Heading | Table


def write(blocks: Iterable[Block]) -> None:
    """Print for people, on stdout."""
    for block in blocks:
        match block:
            case str():
                print(_indented(block))
            case Heading(text):
                _print_heading(safe(text))
            case Table():
                _print_table(block)


def write_json(record: object) -> None:
    """Print one JSON document on a line of its own."""
    print(safe_json(msgspec.json.encode(record).decode()), flush=True)


def write_error(sentence: str, end: str = "\n") -> None:
    """A sentence on stderr."""
    print(_indented(sentence), file=sys.stderr, end=end, flush=True)


def _indented(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))] + safe(line.lstrip(" "))


def _console() -> Console:
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False, width=width)


def _print_heading(text: str) -> None:
    if not sys.stdout.isatty():
        print(text)
        return
    from rich.text import Text

    _console().print(Text(text, style="bold"))


def _print_table(table: Table) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    console = _console()
    shape = RichTable(
        box=None, pad_edge=False, show_header=any(table.columns), header_style="bold", padding=(0, 2, 0, 0)
    )
    for column in table.columns:
        right: Any = "right" if column in table.numbers else "left"
        shape.add_column(column, justify=right, overflow="fold", no_wrap=column in table.whole)
    for row in table.rows:
        shape.add_row(*(Text(safe(cell)) for cell in row))
    with console.capture() as printed:
        console.print(shape)
    print("\n".join(line.rstrip() for line in printed.get().splitlines()))
