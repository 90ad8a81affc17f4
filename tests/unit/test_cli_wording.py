"""What people read at the terminal: refusals without a library's words, headings and summaries of one kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_group

import ropeway.cli
from ropeway.cli.main import LATE, app, main

SOURCES = sorted(Path(ropeway.cli.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["up", "--workers", "many"], "Invalid value for '--workers': it is to be a whole number."),
        (["up", "--workers", "65"], "Invalid value for '--workers': it is to be 64 or less."),
        (["log", "--limit", "0"], "Invalid value for '--limit': it is to be 1 or more."),
        (["up", "--log", "xml"], "Invalid value for '--log': 'xml' is not one of 'text', 'json'."),
        (["agent", "trace", "a", "loud"], "'loud' is not one of 'error', 'warning', 'info', 'debug'."),
        (["job", "approve", "Contoso", "all"], "Invalid value for 'HOLD': it is to be a whole number."),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_plain_words(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert told in error
    assert "Input should" not in error
    assert "Value error" not in error


def headings() -> list[str]:
    """Every heading of a column that stands in the code as text."""
    calls = [
        node
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Table")
    ]
    return [
        each.value
        for call in calls
        if isinstance(call.args[0], ast.Tuple)
        for each in call.args[0].elts
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def test_headings_begin_with_a_capital_and_go_on_without() -> None:
    found = [heading for heading in headings() if heading]
    assert len(found) > 30
    assert [heading for heading in found if heading != heading.capitalize()] == []


def groups(group: TyperGroup, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], TyperGroup]]:
    """A group and all below it, with the words that name each."""
    yield path, group
    for name, command in group.commands.items():
        found = get_group(import_module(f"ropeway.cli.{name}").app) if not path and name in LATE else command
        if isinstance(found, TyperGroup):
            yield from groups(found, (*path, name))


def test_no_summary_is_cut_on_a_terminal_of_80_columns() -> None:
    whole, cut = 0, list[str]()
    for path, group in groups(get_group(app), ()):
        room = 80 - 2 - 6 - max(map(len, group.commands))
        for name, command in group.commands.items():
            summary = command.get_short_help_str(1000)
            whole += command.get_short_help_str(room) == summary
            cut += [f"{' '.join((*path, name))}: {summary}"] if command.get_short_help_str(room) != summary else []
    assert cut == []
    assert whole > 100
