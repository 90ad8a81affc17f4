"""A large export is read by a process of its own: nobody can tell, but by the clock."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ldif_office import OFFICE, WANTED, person

from ropeway.connectors.ldif import apart, open_source, source
from ropeway.model.pages import Page, Unreadable
from ropeway.model.problems import RopewayError


@pytest.fixture(params=["here", "apart"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(source, "LARGE", 0 if request.param == "apart" else 1 << 40)
    return request.param


def read(path: Path) -> list[Page]:
    with closing(open_source({"path": str(path)})) as export:
        return list(export.read(None, WANTED))


def people(count: int) -> str:
    return "".join(person(f"Clone {n}", 100 + n, f"title: {n}", "mail: clone@contoso.test") for n in range(count))


def test_a_process_of_its_own_reads_what_we_would_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "contoso.ldif"
    path.write_text(OFFICE + people(2500))
    here = read(path)
    monkeypatch.setattr(source, "LARGE", 0)
    assert read(path) == here
    assert here[-1].complete


def test_what_was_read_apart_need_not_be_read_again(way: str, tmp_path: Path) -> None:
    path = tmp_path / "contoso.ldif"
    path.write_text(OFFICE)
    with closing(open_source({"path": str(path)})) as export:
        mark = list(export.read(None, WANTED))[-1].watermark
        assert list(export.read(mark, WANTED)) == []


def test_a_file_that_is_no_ldif_is_refused_the_same_way(way: str, tmp_path: Path) -> None:
    path = tmp_path / "contoso.csv"
    path.write_text('"DN",objectClass\n"CN=Anna",user\n')
    with pytest.raises(RopewayError) as refusal:
        read(path)
    assert refusal.value.problem.code == "ldif-not-ldif"


def test_an_export_cut_in_the_middle_is_not_complete(way: str, tmp_path: Path) -> None:
    path = tmp_path / "contoso.ldif"
    path.write_text(OFFICE + "dn: CN=Clara Eng,DC=contoso,DC=te")
    pages = read(path)
    assert not any(page.complete for page in pages)
    assert any(isinstance(item, Unreadable) for page in pages for item in page.items)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that read, by id."""
    found: list[int] = []
    popen = subprocess.Popen

    def noting(*arguments: Any, **named: Any) -> Any:
        process = popen(*arguments, **named)
        found.append(process.pid)
        return process

    monkeypatch.setattr(source, "LARGE", 0)
    monkeypatch.setattr(apart.subprocess, "Popen", noting)
    return found


def test_a_reading_process_that_is_killed_ends_the_read_with_a_sentence(tmp_path: Path, started: list[int]) -> None:
    path = tmp_path / "contoso.ldif"
    path.write_text(OFFICE + people(10_000))
    with closing(open_source({"path": str(path)})) as export:
        pages = export.read(None, WANTED)
        next(pages)
        os.kill(started[0], signal.SIGKILL)
        with pytest.raises(RopewayError) as end:
            list(pages)
    assert end.value.problem.code == "ldif-reading-failed"
    assert str(path) in end.value.problem.object


def test_whoever_stops_listening_leaves_no_process_behind(tmp_path: Path, started: list[int]) -> None:
    path = tmp_path / "contoso.ldif"
    path.write_text(OFFICE + people(10_000))
    with closing(open_source({"path": str(path)})) as export:
        pages = export.read(None, WANTED)
        next(pages)
        pages.close()  # pyright: ignore
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
