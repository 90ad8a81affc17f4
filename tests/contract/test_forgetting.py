"""What is forgotten on both databases: acts of years ago, agents that were removed and can come back no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from ropeway.cli.main import main
from ropeway.control.in_process import open_database
from ropeway.store import agents, trail
from ropeway.store.agents import AgentRow
from ropeway.store.database import Database
from ropeway.store.trail import Act

NOW = 1_800_000_000.0


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def test_the_audit_trail_is_forgotten_after_two_years_a_portion_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "PORTION", 3)
    with database.write() as c:
        for number in range(6):
            trail.note(c, 1, Act(NOW + number, "zoe", "pause_job", "1", "success"))

    def swept(now: float) -> tuple[bool, int]:
        with database.write() as c:
            return trail.sweep(c, now), len(trail.latest(c, 1, who=None, since=None, limit=100))

    assert swept(NOW + trail.KEPT) == (False, 6), "to the second"
    assert swept(NOW + trail.KEPT + 1) == (False, 5)
    assert swept(NOW + trail.KEPT + 99) == (True, 2)
    assert swept(NOW + trail.KEPT + 99) == (False, 0)


def test_a_removed_agent_is_forgotten_once_its_certificate_has_expired(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, there = (AgentRow(i, 1, i, "contoso.test", "", i, NOW, None, "1", "::1", "info", 1, 1) for i in ("a", "b"))

    def listed(*words: str) -> list[str]:
        assert main(["--json", "agent", "list", *words]) == 0
        return [one["id"] for one in json.loads(capsys.readouterr().out)]

    with database.write() as c:
        agents.add(c, gone)
        agents.add(c, there)
        agents.remove(c, gone, NOW - 1)
    monkeypatch.setenv("ROPEWAY_STATE", database_url)
    assert (listed(), listed("--removed")) == (["b"], ["a", "b"])
    for now, left in ((NOW, ["a", "b"]), (NOW + 1, ["b"])):
        with database.write() as c:
            agents.sweep(c, now)
        assert listed("--removed") == left
