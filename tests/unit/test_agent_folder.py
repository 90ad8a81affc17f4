"""The agent's folder, before anything depends on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ropeway.agent import files
from ropeway.agent.registering import register
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret

PREPARE = "import sys; from pathlib import Path; from ropeway.agent import files; files.prepare(Path(sys.argv[1]))"


def prepared(folder: Path, limit: str) -> subprocess.CompletedProcess[str]:
    """What becomes of it where files cannot be larger than so many blocks."""
    shell = f'ulimit -f {limit}; exec "$0" -c "$1" "$2"'
    return subprocess.run(["sh", "-c", shell, sys.executable, PREPARE, str(folder)], capture_output=True, text=True)


def test_a_folder_that_cannot_hold_a_key_is_known_before_a_token_is_spent(tmp_path: Path) -> None:
    full = prepared(tmp_path / "full", "0")
    assert "agent-file-unreadable" in full.stderr
    assert not [*(tmp_path / "full").iterdir()], "nothing is left behind"
    assert prepared(tmp_path / "good", "1000").returncode == 0


def test_a_folder_that_has_an_agent_is_named_in_the_command_that_registers_it_anew(tmp_path: Path) -> None:
    (tmp_path / files.IDENTITY).touch()
    with pytest.raises(RopewayError) as error:
        register(tmp_path, Secret("token"), {"service": "https://ropeway.contoso.com"})
    assert f"`ropeway agent register --anew --folder {tmp_path} --token-file -`" in str(error.value)
