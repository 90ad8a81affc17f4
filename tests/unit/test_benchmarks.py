"""The benchmark's table says what was measured, beside what, and whether it is fast enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import page
from benchmarks.bench import Bench, opened
from benchmarks.figure import Failed, Figure, Verdict
from benchmarks.from_ldif import measure
from benchmarks.sizes import QUICK, Export, Sizes
from benchmarks.sketch import entries
from benchmarks.table import HEAD, table

TEN_THOUSAND = Figure(
    what="LDIF of 10,000 users", value=3.214, unit="s", yardstick="bare sketch", beside=1.607, bound=4.0,
    ratio_bound=2.2, load=0.5,
)  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_shows_the_figure_its_yardstick_the_ratio_and_the_bound() -> None:
    head, rule, row = table([TEN_THOUSAND], judged=True)
    assert cells(head) == list(HEAD)
    assert set(rule) == {"|", "-"}
    assert cells(row) == [
        "LDIF of 10,000 users", "3.21 s", "bare sketch", "1.61 s", "2.00", "4 s or 2.2 times", "yes", "0.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Verdict.BY_FIGURE),
        ({"value": 8.0, "beside": 4.0}, Verdict.BY_RATIO),
        ({"value": 8.0, "beside": 2.0}, Verdict.NO),
        ({"value": 8.0, "ratio_bound": None}, Verdict.NO),
        ({"bound": None}, Verdict.BY_RATIO),
        ({"bound": None, "ratio_bound": None}, Verdict.NO_BOUND),
    ],
)
def test_a_bound_holds_by_the_figure_or_on_a_busy_machine_by_the_ratio(changed: dict[str, float], verdict: str) -> None:
    assert replace(TEN_THOUSAND, **changed).verdict() is verdict


def test_reduced_sizes_are_not_judged() -> None:
    assert TEN_THOUSAND.verdict(judged=False) is Verdict.NOT_JUDGED
    assert not QUICK.judged
    assert QUICK.users < Sizes().users


def test_what_could_not_be_measured_says_why_and_keeps_the_table_whole() -> None:
    lines = table([TEN_THOUSAND, Failed("samba", "Samba | is missing")], judged=True)
    assert len({len(line) for line in lines}) == 1
    assert cells(lines[-1])[:2] == ["samba", "not measured: Samba / is missing"]


def broken(_bench: Bench) -> Iterator[Figure]:
    raise RuntimeError("no controller")


def working(_bench: Bench) -> Iterator[Figure]:
    yield TEN_THOUSAND


def test_the_rest_is_measured_when_one_part_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PARTS", {"samba": broken, "ldif": working})
    with opened(QUICK, None) as bench:
        assert list(command.measured(bench, ["samba", "ldif"])) == [Failed("samba", "no controller"), TEN_THOUSAND]


def test_the_page_keeps_the_words_around_the_table() -> None:
    text = f"# Title\n{page.BEGIN}\nold\n{page.END}\nThe limit now.\n"
    assert page.replaced(text, ["new"]) == f"# Title\n{page.BEGIN}\nnew\n{page.END}\nThe limit now.\n"
    with pytest.raises(ValueError, match="lacks"):
        page.replaced("no table here", ["new"])


def test_the_page_of_the_project_has_a_place_for_the_table() -> None:
    assert "new" in page.replaced(page.PAGE.read_text("utf-8"), ["new"])


def test_a_small_company_is_measured_beside_the_sketch_and_leaves_nothing(tmp_path: Path) -> None:
    small = replace(QUICK, exports=(Export(20, 2, seconds=4, megabytes=150, sketch_ratio=2, members=5),))
    with opened(small, None) as bench:
        time, cpu, memory = measure(bench)
        assert len(list(entries(bench.folder / "20.ldif"))) > 22
    assert not bench.folder.exists()
    assert (time.bound, time.ratio_bound, memory.bound) == (4, 2, 150)
    assert min(f.value for f in (time, cpu, memory)) > 0
    assert min(f.beside for f in (time, cpu, memory)) > 0
