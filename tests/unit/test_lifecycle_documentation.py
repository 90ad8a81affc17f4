"""The page about a job's life names what there is, and its example works."""

from __future__ import annotations

from pathlib import Path

from ropeway.cli.reference import reference
from ropeway.control.notifying.settings import read_settings
from ropeway.engine.lifecycle.notices import Event
from ropeway.engine.lifecycle.restarts import NAMES
from ropeway.engine.lifecycle.standing import Reason
from ropeway.model.job import JobStatus

PAGE = (Path(__file__).parents[2] / "docs" / "jobs.md").read_text()


def rows() -> set[str]:
    """First cells of all tables."""
    return {line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")}


def test_every_status_reason_scope_and_event_has_its_row() -> None:
    told = [*JobStatus, *Reason, *NAMES, *Event]
    assert [name for name in told if name not in rows()] == []


def test_every_command_of_the_page_exists() -> None:
    known = reference()
    for word in PAGE.split("`"):
        if word.startswith("ropeway job "):
            assert f"ropeway job {word.split()[2]}\n" in known, word


def test_the_example_of_notifications_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "notifications.yaml"
    path.touch(mode=0o600)
    path.write_text(PAGE.partition("```yaml\n")[2].partition("```")[0])
    settings = read_settings(str(path))
    assert settings.mail
    assert settings.webhook
    assert settings.mail.password.reveal() == "the password of that user"
