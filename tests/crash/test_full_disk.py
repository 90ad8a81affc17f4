"""A disk that is full: a sentence, no damage, and the next run with space ends as if nothing had been."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.child import Child
from tests.crash.conftest import finish, staffed
from tests.crash.picture import picture
from tests.unit.engine_company import Company

Make = Callable[[str, Company], None]
TROUBLE = {"state-disk-full", "database-trouble", "directory-unavailable", "state-cannot-open"}


def is_sound(file: Path) -> bool:
    with sqlite3.connect(file) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return answer == ("ok",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 20 MB."""
    if os.geteuid() != 0:
        pytest.skip("Only root may mount a small file system; run the tests as root to try a full disk.")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("This machine does not let even root mount a small file system.")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_a_sentence_and_the_next_one_finishes(
    tmp_path: Path, small_disk: Path, new_job: Make
) -> None:
    company = staffed(tmp_path / "company.ldif", people=800)
    undisturbed = f"sqlite:///{tmp_path}/undisturbed.sqlite"
    url = f"sqlite:///{small_disk}/state.sqlite"
    for each in (undisturbed, url):
        new_job(each, company)
    finish(undisturbed)
    problems: set[str] = set()
    for free in (100, 400, 700, 1500, 3000):
        fill(small_disk, free)
        problem, _ = Child(url).answer()
        problems.add(getattr(problem, "code", problem))
        (small_disk / "ballast").unlink()
        assert is_sound(small_disk / "state.sqlite")
    assert problems & TROUBLE
    assert problems <= TROUBLE | {"success"}
    finish(url)
    assert picture(url) == picture(undisturbed)


def fill(disk: Path, free: int) -> None:
    """Leave so many KB."""
    space = shutil.disk_usage(disk).free - free * 1024
    with (disk / "ballast").open("wb") as ballast:
        ballast.write(b"\0" * space)


@pytest.mark.slow
def test_a_file_that_may_not_grow_ends_the_run_with_a_sentence_and_the_next_one_finishes(
    tmp_path: Path, new_job: Make
) -> None:
    company = staffed(tmp_path / "company.ldif", people=300)
    undisturbed, url = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("undisturbed", "limited"))
    for each in (undisturbed, url):
        new_job(each, company)
    finish(undisturbed)
    problems: set[str] = set()
    for kilobytes in (60, 300, 500, 800):
        problem, _ = Child(url, largest_file=kilobytes * 1024).answer()
        problems.add(getattr(problem, "code", problem))
        assert is_sound(tmp_path / "limited.sqlite")
    assert problems & TROUBLE
    assert problems <= TROUBLE | {"success"}
    finish(url)
    assert picture(url) == picture(undisturbed)
