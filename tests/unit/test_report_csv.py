"""The file of the report: what a spreadsheet opens, and cannot be made to compute."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.cli.csv_file import csv_file, harmless
from ropeway.cli.exits import Refused

COLUMNS = ("DN", "Value")


def written(path: Path, *rows: tuple[str, ...]) -> bytes:
    with csv_file(str(path), COLUMNS) as write:
        for row in rows:
            write(row)
    return path.read_bytes()


def test_excel_knows_the_file_for_utf8_and_every_row_ends_as_rfc_4180_says(tmp_path: Path) -> None:
    raw = written(tmp_path / "r.csv", ("CN=Zoë", 'say "hi"'))
    assert raw == '\ufeff"DN","Value"\r\n"CN=Zoë","say ""hi"""\r\n'.encode()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "=cmd|' /C calc'!A0"])
def test_a_formula_is_text(cell: str) -> None:
    assert harmless(cell).startswith("'")


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2))
def test_whatever_is_written_is_read_back_as_two_harmless_cells(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([harmless(c) for c in cells])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert len(row) == 2
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@")) for cell in row)


def test_a_report_that_breaks_off_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("older")
    with pytest.raises(RuntimeError), csv_file(str(path), COLUMNS):
        raise RuntimeError
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nowhere"), csv_file(str(tmp_path / "nowhere" / "r.csv"), COLUMNS):
        pass
