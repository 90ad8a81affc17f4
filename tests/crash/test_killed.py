"""SIGKILL at every commit, and whenever it comes: the next run ends where an undisturbed one would have."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.child import Child, When
from tests.crash.conftest import bad_day, busy_day, finish, staffed
from tests.crash.picture import picture
from tests.unit.engine_company import Company

Make = Callable[[str, Company], None]


def at(folder: Path) -> str:
    return f"sqlite:///{folder}/state.sqlite"


def copy(before: Path, name: str) -> str:
    """A copy of a folder with a state; its URL."""
    after = before.with_name(name)
    shutil.rmtree(after, ignore_errors=True)
    shutil.copytree(before, after)
    return at(after)


def kill_at_commits(before: Path, when: When, every: int) -> int:
    """Kill a run at every n-th of its commits in turn, let the next one finish, and compare; how many were killed."""
    undisturbed = copy(before, "undisturbed")
    commits = finish(undisturbed)
    expected = picture(undisturbed)
    killed = 0
    for number in range(1, commits + 1, every):
        url = copy(before, "killed")
        child = Child(url, at=number, when=when)
        assert child.answer() is None or number == commits
        killed += child.was_killed
        finish(url)
        assert picture(url) == expected, f"killed {when} commit {number} of {commits}"
    assert killed >= (commits - 1) // every
    return killed


EVERY = [("after", 1), ("before", 5)]
"""Right after each commit, and now and then in the midst of a transaction."""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "every"), EVERY)
def test_an_initial_synchronization_may_be_killed_at_every_commit(
    tmp_path: Path, new_job: Make, when: When, every: int
) -> None:
    company = staffed(tmp_path / "company.ldif", people=1060)
    (tmp_path / "new").mkdir()
    new_job(at(tmp_path / "new"), company)
    assert kill_at_commits(tmp_path / "new", when, every) >= 20 // every


@pytest.mark.slow
@pytest.mark.parametrize(("when", "every"), EVERY)
def test_a_delta_may_be_killed_at_every_commit(tmp_path: Path, new_job: Make, when: When, every: int) -> None:
    company = staffed(tmp_path / "company.ldif", people=200)
    (tmp_path / "old").mkdir()
    new_job(at(tmp_path / "old"), company)
    finish(at(tmp_path / "old"))
    busy_day(company)
    assert kill_at_commits(tmp_path / "old", when, every) >= 30 // every


@pytest.mark.slow
def test_a_run_that_meets_a_guard_may_be_killed_at_every_third_commit(tmp_path: Path, new_job: Make) -> None:
    company = staffed(tmp_path / "company.ldif", people=90)
    (tmp_path / "old").mkdir()
    new_job(at(tmp_path / "old"), company)
    finish(at(tmp_path / "old"))
    bad_day(company)
    assert kill_at_commits(tmp_path / "old", "after", every=3) >= 5


@pytest.mark.slow
def test_a_run_may_be_killed_at_any_moment_again_and_again(tmp_path: Path, new_job: Make) -> None:
    company = staffed(tmp_path / "company.ldif", people=300)
    (tmp_path / "new").mkdir()
    new_job(at(tmp_path / "new"), company)
    undisturbed, url = copy(tmp_path / "new", "undisturbed"), copy(tmp_path / "new", "killed")
    moments = random.Random(2)
    for change in (lambda: None, lambda: busy_day(company)):
        change()
        began = time.monotonic()
        finish(undisturbed)
        whole = time.monotonic() - began
        for _ in range(10):
            child = Child(url)
            child.process.join(moments.uniform(0, whole))
            child.process.kill()
            child.answer()
        finish(url)
        assert picture(url) == picture(undisturbed)
