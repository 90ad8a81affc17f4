"""`make demo` tells its story to the end, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fixtures.addresses import Addresses

DEMO = Path(__file__).parents[2] / "scripts" / "demonstration"


def told(folder: Path, *words: str) -> str:
    """What the demonstration prints; its files go to a folder, which is empty again afterwards."""
    done = subprocess.run(
        [sys.executable, str(DEMO), "--people", "90", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout


def missing_from(story: str) -> list[str]:
    return [
        chapter
        for chapter in (
            "initial synchronization",
            "create user: 1",
            "surname = Lindqvist",
            "department = ",
            "+members = ",
            "1 deleted",
            "deletedDateTime",
            "What to look at next",
            "nothing runs any more",
        )
        if chapter not in story
    ]


@pytest.mark.slow
def test_the_story_is_told_from_an_export_where_there_is_no_samba(tmp_path: Path) -> None:
    assert missing_from(told(tmp_path, "--ldif")) == []


@pytest.mark.slow
@pytest.mark.samba
def test_the_story_is_told_in_a_real_domain(loopback: Addresses) -> None:
    with tempfile.TemporaryDirectory() as short:  # Samba's sockets need a short path
        assert missing_from(told(Path(short), "--address", loopback(250))) == []
