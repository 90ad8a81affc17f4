"""What is done on the agent's machine, in pieces: levels for a while, lines of a time, one place of a file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import yaml

from ropeway.agent import files, levels, trace
from ropeway.agent.alone import alone, running
from ropeway.agent.changing import set_proxy
from ropeway.agent.collecting import recent
from ropeway.agent.levels import Levels
from ropeway.agent.process import run
from ropeway.agent.settings import Trace
from ropeway.cli.main import main
from ropeway.model.problems import RopewayError


def test_the_more_of_what_the_service_says_and_what_was_asked_for_here(tmp_path: Path) -> None:
    now = 1000.0
    with trace.kept(tmp_path, Trace()):
        found = Levels(tmp_path, lambda: now)
        found.told("warning")
        levels.raise_until(tmp_path, "debug", 1600.0)
        found.look()
        assert trace.log.level == trace.LEVELS["debug"]
        found.told("error")
        assert trace.log.level == trace.LEVELS["debug"]
        now = 1600.0
        found.look()
        assert trace.log.level == trace.LEVELS["error"]


@pytest.mark.parametrize("text", ["", "debug", "loud 2000", "debug tomorrow", "\xff"])
def test_what_is_no_level_counts_for_nothing(tmp_path: Path, text: str) -> None:
    with trace.kept(tmp_path, Trace()):
        (tmp_path / "trace" / "level").write_text(text, "latin-1")
        Levels(tmp_path, lambda: 1000.0)
        assert trace.log.level == trace.LEVELS["info"]


def test_lines_of_a_time_keep_their_tracebacks() -> None:
    old, new = "2026-01-31T08:00:00.000Z error a\n", "2026-01-31T09:00:00.000Z error b\n"
    found = list(recent([old, "Traceback\n", new, "Traceback\n", "  x\n"], "2026-01-31T08:30:00"))
    assert found == [new, "Traceback\n", "  x\n"]


def test_one_process_is_the_agent_of_a_folder(tmp_path: Path) -> None:
    assert running(tmp_path) == ""
    with alone(tmp_path):
        assert running(tmp_path)
        with pytest.raises(RopewayError, match="agent-runs-already"), alone(tmp_path):
            pass
    assert running(tmp_path) == ""
    with alone(tmp_path):
        pass


BEFORE = """# the company's agent
service: https://ropeway.contoso.com:8443
proxy:
  url: http://old:1
# comment

  user: x
  password_file: /nowhere
# how many at once
calls: 2   # few
domains:
  contoso.com: {}
"""


def test_the_proxy_changes_and_nothing_else(tmp_path: Path) -> None:
    files.write_private(tmp_path / "agent.yaml", BEFORE)
    set_proxy(tmp_path, {"url": "http://new:2"})
    text = (tmp_path / "agent.yaml").read_text()
    assert "\n# how many at once\ncalls: 2   # few\n" in text
    assert yaml.safe_load(text) == yaml.safe_load(BEFORE) | {"proxy": {"url": "http://new:2"}}
    set_proxy(tmp_path, None)
    assert "proxy" not in yaml.safe_load((tmp_path / "agent.yaml").read_text())


def test_a_proxy_that_will_not_do_changes_nothing(tmp_path: Path) -> None:
    files.write_private(tmp_path / "agent.yaml", BEFORE)
    for proxy in ({"url": "socks5://new:2"}, {"url": "http://new:2", "user": "zoe"}):
        with pytest.raises(RopewayError, match="agent-settings-invalid"):
            set_proxy(tmp_path, proxy)
    assert (tmp_path / "agent.yaml").read_text() == BEFORE


def test_an_agent_of_a_folder_where_none_is_registered_says_so(tmp_path: Path) -> None:
    """And not that a file of settings is missing, which nobody writes by hand."""
    with pytest.raises(RopewayError) as caught:
        run(tmp_path / "nowhere", threading.Event())
    assert caught.value.problem.code == "agent-not-registered"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--level", "debug", "--for", "10m", "--output", "there.zip"), "is there already"),
        (("--output", "nowhere/logs.zip"), "There is no folder"),
        (("--for", "3m"), "say --level debug as well"),
    ],
)
def test_what_cannot_be_collected_is_refused_before_anybody_waits(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.zip").touch()
    assert main(["agent", "logs", "--folder", str(tmp_path), *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "trace").exists()
