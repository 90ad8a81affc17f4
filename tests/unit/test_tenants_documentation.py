"""docs/tenants.md: its commands work, in the order in which they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ropeway.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "tenants.md"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_command_of_the_page_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROPEWAY_STATE", str(tmp_path / "ropeway.db"))
    told: dict[str, str] = {}
    for words in commands():
        assert words[0] == "ropeway"
        assert main([*words[1:], *(["--yes"] if words[1:3] == ["tenant", "remove"] else [])]) == 0, words
        told[" ".join(words[1:3])] = capsys.readouterr().out
    assert len(told) == 6
    assert "Fabrikam" in told["tenant list"]
    assert told["login --new"].startswith("https://ropeway.contoso.com/login#rw_")
    assert "is removed" in told["tenant remove"]
    assert main(["tenant", "list", "--json"]) == 0
    assert "Fabrikam" not in capsys.readouterr().out
