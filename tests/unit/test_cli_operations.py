"""Backup and restore as they are typed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ropeway.cli import service_options
from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.cli.session import Session
from ropeway.control.holder import user_here
from ropeway.service.operating.backup.archive import MAGIC

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """With a state that has a group."""
    state = ["--state", str(tmp_path / "state.db")]
    assert main([*state, "directory", "groups", "create", "--set", "displayName=Sales"]) == Code.OK
    return lambda *words: main([*state, *map(str, words)])


def test_a_backup_is_written_and_put_back_into_another_state(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("service", "backup", tmp_path / "one.backup") == Code.OK
    assert main(["--state", str(tmp_path / "other.db"), "service", "restore", str(tmp_path / "one.backup")]) == Code.OK
    assert "systemctl restart ropeway" in capsys.readouterr().err
    main(["--state", str(tmp_path / "other.db"), "--json", "directory", "groups", "list"])
    assert [group["displayName"] for group in json.loads(capsys.readouterr().out)] == ["Sales"]


def test_a_backup_is_on_record_with_who_took_it_and_where_to(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("service", "backup", tmp_path / "one.backup")
    capsys.readouterr()
    run("--json", "service", "audit")
    act = json.loads(capsys.readouterr().out)[-1]
    assert (act["who"], act["action"]) == (user_here(), "service.backup")
    assert act["subject"] == str(tmp_path / "one.backup")


def test_a_state_in_use_is_replaced_only_when_somebody_says_so_twice(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("service", "backup", tmp_path / "one.backup")
    assert run("service", "restore", tmp_path / "one.backup") == Code.FAILED
    assert "state-not-empty" in capsys.readouterr().err
    assert run("service", "restore", tmp_path / "one.backup", "--replace") == Code.USAGE
    assert run("service", "restore", tmp_path / "one.backup", "--replace", "--yes") == Code.OK


def test_a_folder_of_backups_keeps_the_newest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "ropeway-20250101T000000Z.backup").touch()
    assert run("service", "backup", "--keep", 1, tmp_path / "backups", "--quiet") == Code.OK
    (left,) = (tmp_path / "backups").iterdir()
    assert left.stat().st_size > 0


def test_a_backup_goes_to_another_machine_through_a_pipe(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    assert run("service", "backup", "-") == Code.OK
    assert out.buffer.getvalue().startswith(MAGIC)  # type: ignore[attr-defined]


def test_a_state_that_is_not_there_is_not_made_by_its_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--state", str(tmp_path / "nothing.db"), "service", "backup", str(tmp_path / "x")]) == Code.FAILED
    assert "state-empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["service ca", "service metrics-token", "tenant list", "tenant audit"])
def test_what_is_asked_of_a_state_that_is_not_there_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert main(["--state", str(tmp_path / "nothing.db"), *words.split()]) == Code.FAILED
    assert str(tmp_path / "nothing.db") in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_of_backups(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backups").touch()
    assert run("service", "backup", "--keep", 1, tmp_path / "backups") == Code.FAILED
    assert "it is a file; --keep wants a folder" in capsys.readouterr().err


def test_the_state_of_a_backup_is_the_one_that_the_service_s_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROPEWAY_STATE", raising=False)
    monkeypatch.setattr(service_options, "USUAL", tmp_path / "ropeway.yaml")
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/given:{tmp_path}/other")
    assert service_options.state_of_service(Session()) == f"sqlite:///{tmp_path}/given/ropeway.db"
    (tmp_path / "ropeway.yaml").write_text("state: postgresql://ropeway@db.contoso.com/ropeway\n")
    assert service_options.state_of_service(Session()) == "postgresql://ropeway@db.contoso.com/ropeway"
    assert service_options.state_of_service(Session("here.db")).endswith("/here.db")
    monkeypatch.setenv("ROPEWAY_STATE", f"{tmp_path}/named.db")
    assert service_options.state_of_service(Session()) == f"sqlite:///{tmp_path}/named.db"
