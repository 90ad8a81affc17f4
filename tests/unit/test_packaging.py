"""Units and image: what they name exists, and systemd understands it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.cli.agent_machine import PLACE
from ropeway.cli.exits import Code
from ropeway.cli.reference import reference
from ropeway.control.in_process import open_database
from ropeway.model.secret import Secret
from ropeway.service.work.process import Exit
from ropeway.service.work.settings import WorkerSettings, to_line
from ropeway.store import processes
from ropeway.store.database import Database
from ropeway.store.tenants import HOME
from tests.fixtures.gateway import wait_until
from tests.fixtures.syscalls import missing

ROOT = Path(__file__).parents[2]
ALL = sorted((ROOT / "packaging" / "systemd").glob("*.service"))
TIMERS = sorted((ROOT / "packaging" / "systemd").glob("*.timer"))
IMAGE = (ROOT / "packaging" / "Containerfile").read_text()

HARDENED = (
    *("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateDevices=yes", "CapabilityBoundingSet="),
    *("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=@system-service", "UMask=0077"),
)


def settings(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if "=" in line]


def test_there_is_a_unit_for_the_service_one_for_an_agent_and_one_for_backups() -> None:
    assert [unit.name for unit in ALL] == ["ropeway-agent.service", "ropeway-backup.service", "ropeway.service"]


@pytest.mark.parametrize("unit", ALL, ids=lambda unit: unit.stem)
def test_a_unit_gives_its_process_no_rights(unit: Path) -> None:
    said = settings(unit)
    assert [line for line in HARDENED if line not in said] == []
    assert any(line.startswith("User=ropeway") for line in said)


@pytest.mark.parametrize("name", ["ropeway", "ropeway-agent"])
def test_what_has_secrets_takes_them_from_systemd(name: str) -> None:
    said = settings(ROOT / "packaging" / "systemd" / f"{name}.service")
    assert any(line.startswith("LoadCredential=") for line in said)


def test_the_service_s_unit_starts_a_command_that_exists() -> None:
    start = next(line for line in settings(ROOT / "packaging/systemd/ropeway.service") if line.startswith("ExecStart="))
    program, *words = start.removeprefix("ExecStart=").split()
    assert program == "/usr/bin/ropeway"
    assert "\n### ropeway service run\n" in reference()
    assert (words[:2], words[2]) == (["service", "run"], "--seal")
    assert "`--seal FILE`" in reference()


def test_the_agent_s_unit_may_write_where_the_agent_does_and_hands_over_what_its_page_names() -> None:
    said = settings(ROOT / "packaging/systemd/ropeway-agent.service")
    [state] = [line.removeprefix("StateDirectory=") for line in said if line.startswith("StateDirectory=")]
    assert str(PLACE) == f"/var/lib/{state}"
    assert "ExecStart=/usr/bin/ropeway agent run" in said
    [name] = [line.removeprefix("LoadCredential=") for line in said if line.startswith("LoadCredential=")]
    page = (ROOT / "docs" / "agents.md").read_text()
    assert f"`credential: {name}`" in page
    assert f" /etc/credstore/{name}\n" in page


@pytest.mark.parametrize("unit", ALL + TIMERS, ids=lambda unit: unit.name)
def test_a_unit_s_page_is_where_docs_service_md_has_it_installed(unit: Path) -> None:
    [place] = [line.removeprefix("Documentation=file:") for line in settings(unit) if line.startswith("Documentation=")]
    folder, page = place.split("/docs/")
    assert (ROOT / "docs" / page).exists()
    assert f"sudo cp -r . {folder}\n" in (ROOT / "docs" / "service.md").read_text()


@pytest.mark.parametrize("name", ["ropeway", "ropeway-agent"])
def test_a_unit_s_process_is_not_started_again_where_that_cannot_help(name: str) -> None:
    said = settings(ROOT / "packaging" / "systemd" / f"{name}.service")
    assert f"RestartPreventExitStatus={Code.USAGE} {Code.BEYOND_WAITING}" in said
    assert f"SuccessExitStatus={Code.TERMINATED}" in said


def test_a_timer_starts_the_unit_of_its_name() -> None:
    assert [timer.with_suffix(".service") for timer in TIMERS if timer.with_suffix(".service") not in ALL] == []
    assert [line for timer in TIMERS for line in settings(timer) if line.startswith("Unit=")] == []


@pytest.mark.parametrize("unit", ALL, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    here = tmp_path / unit.name
    installed = unit.read_text().replace("/usr/bin/ropeway", "/bin/true")
    here.write_text("\n".join(line for line in installed.splitlines() if not line.startswith("User=")))
    checked = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_worker_does_its_work_with_the_system_calls_of_the_unit(tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(reason)
    url = f"sqlite:///{tmp_path}/ropeway.db"
    unit = ROOT / "packaging/systemd/ropeway.service"
    command = [sys.executable, "-m", "tests.fixtures.syscalls", unit, sys.executable, "-m", "ropeway.service.work"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as worker, closing(open_database(url)) as database:
        assert worker.stdin is not None
        worker.stdin.write(to_line(WorkerSettings(Secret(url))))
        worker.stdin.flush()
        wait_until(lambda: _workers(database) == 1, "it has begun", 60)
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
        worker.terminate()
        assert worker.wait(60) == Exit.ENDED


def _workers(database: Database) -> int:
    with database.read() as c:
        return len(processes.alive(c, HOME, "worker", time.time()))


def test_the_image_is_made_from_files_that_exist_and_pinned_packages() -> None:
    copied = [
        word
        for line in IMAGE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert all(
        "--require-hashes" in line or "--no-deps" in line for line in IMAGE.splitlines() if " install --no-c" in line
    )


def test_the_image_runs_as_nobody_in_particular_and_names_no_registry() -> None:
    assert "\nUSER ropeway\n" in IMAGE
    froms = [line.split()[1] for line in IMAGE.splitlines() if line.startswith("FROM ")]
    assert froms == ["debian:12", "debian:12"]
    assert "://" not in IMAGE
