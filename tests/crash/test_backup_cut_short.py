"""A backup or a restore that ends in the middle: nothing that looks whole and is not, the old state or the new one."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ropeway.model.problems import RopewayError
from ropeway.service.operating.backup import reading
from ropeway.service.operating.backup.restoring import restore
from ropeway.service.operating.backup.taking import to_file, to_folder
from ropeway.store.database import Database
from tests.crash.conftest import busy_day, finish, staffed
from tests.crash.picture import picture
from tests.fixtures.postgres import PostgresServer
from tests.unit.engine_company import Company

pytestmark = pytest.mark.slow
Make = Callable[[str, Company], None]
_fork = multiprocessing.get_context("forkserver")


def in_a_process(do: Callable[..., None], *arguments: Any) -> int | None:
    """Run it in a process of its own; the exit code, negative where a signal ended it."""
    process = _fork.Process(target=do, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode


def dying(at: int) -> Callable[[str, int, int | None], None]:
    """Progress that is told until the power fails at the `at`-th time."""
    heard: list[int] = []

    def told(_stage: str, done: int, _total: int | None) -> None:
        heard.append(done)
        if len(heard) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return told


def back_up(url: str, file: Path, at: int, largest: int | None = None) -> None:
    reading.BLOCK = 4000
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        to_file(Database(url), file, told=dying(at))
    except RopewayError as error:
        os._exit(7 if error.problem.code == "backup-unwritten" else 8)


def put_back(url: str, file: Path, at: int, largest: int | None = None) -> None:
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        restore(Database(url), file, replace=True, told=dying(at))
    except RopewayError as error:
        os._exit(7 if error.problem.code in {"database-trouble", "state-disk-full"} else 8)


@pytest.fixture
def two_states(tmp_path: Path, new_job: Make) -> tuple[str, Path, Any]:
    """A state of today, its backup of yesterday, and how it looked then."""
    company = staffed(tmp_path / "company.ldif", people=300)
    url, file = f"sqlite:///{tmp_path}/state.sqlite", tmp_path / "yesterday.backup"
    new_job(url, company)
    finish(url)
    assert in_a_process(back_up, url, file, 0) == 0
    yesterday = picture(url)
    busy_day(company)
    finish(url)
    return url, file, yesterday


def test_a_backup_that_is_killed_leaves_no_file_of_its_name_and_the_next_one_is_whole(
    two_states: tuple[str, Path, Any], tmp_path: Path
) -> None:
    url, _, _ = two_states
    file = tmp_path / "today.backup"
    for at in (1, 5, 20):
        assert in_a_process(back_up, url, file, at) == -signal.SIGKILL
        assert not file.exists()
    assert in_a_process(back_up, url, file, 0) == 0
    restore(Database(f"sqlite:///{tmp_path}/there.sqlite"), file)
    assert picture(f"sqlite:///{tmp_path}/there.sqlite") == picture(url)


def test_a_restore_that_is_killed_leaves_the_old_state_and_the_next_one_ends(
    two_states: tuple[str, Path, Any],
) -> None:
    url, file, yesterday = two_states
    today = picture(url)
    for at in (1, 2, 9, 40):
        assert in_a_process(put_back, url, file, at) == -signal.SIGKILL
        assert picture(url) == today
    assert in_a_process(put_back, url, file, 0) == 0
    assert picture(url) == yesterday
    finish(url)
    assert picture(url) == today


@pytest.mark.postgres
def test_a_restore_on_postgresql_that_is_killed_leaves_the_old_state(
    two_states: tuple[str, Path, Any], postgres_server: PostgresServer
) -> None:
    _, file, yesterday = two_states
    url = postgres_server.create("restored")
    assert in_a_process(put_back, url, file, 0) == 0
    finish(url)
    today = picture(url)
    for at in (1, 9, 40):
        assert in_a_process(put_back, url, file, at) == -signal.SIGKILL
        assert picture(url) == today
    assert in_a_process(put_back, url, file, 0) == 0
    assert picture(url) == yesterday != today
    postgres_server.drop("restored")


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(two_states: tuple[str, Path, Any]) -> None:
    url, file, _ = two_states
    new = file.with_name("today.backup")
    for kilobytes in (36, 50):
        assert in_a_process(back_up, url, new, 0, kilobytes * 1024) == 7
        assert list(file.parent.glob("today*")) == []


def test_a_restore_that_finds_no_room_says_so_and_leaves_the_old_state(two_states: tuple[str, Path, Any]) -> None:
    url, file, _ = two_states
    today = picture(url)
    assert in_a_process(put_back, url, file, 0, 800 * 1024) == 7
    assert picture(url) == today


def test_a_full_disk_costs_no_earlier_backup(two_states: tuple[str, Path, Any], tmp_path: Path) -> None:
    url, _, _ = two_states
    if os.geteuid() != 0:
        pytest.skip("Only root may mount a small file system; run the tests as root to try a full disk.")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("This machine does not let even root mount a small file system.")
    try:
        (disk / "ropeway-20250101T000000Z.backup").write_bytes(b"x" * 56_000)
        with pytest.raises(RopewayError) as refused:
            to_folder(Database(url), disk, keep=1)
        assert refused.value.problem.code == "backup-unwritten"
        assert [each.name for each in disk.iterdir()] == ["ropeway-20250101T000000Z.backup"]
    finally:
        subprocess.run(["umount", disk], check=True)
