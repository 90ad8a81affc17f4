"""A service whose disk is full: whoever asks is told to come again, and what cannot be put on record is in the log."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, event

from ropeway.service.http.errors import OF_STATE, PROBLEM, STATUS
from ropeway.store.database import Database
from tests.fixtures.service import a_service

GROUP = {"displayName": "x" * 100, "mailNickname": "x", "mailEnabled": False, "securityEnabled": True}


@contextmanager
def full(database: Database) -> Generator[None]:
    """Within, no page can be added to the state."""

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(database.engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(database.engine, "begin", limit)
        database.engine.dispose()


def test_trouble_of_the_state_is_never_the_fault_of_whoever_asks() -> None:
    assert [code for code in OF_STATE if STATUS.get(code, (400,))[0] < 500] == []


def test_a_full_disk_is_answered_with_when_to_come_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with a_service(f"sqlite:///{tmp_path / 'state.sqlite'}", tmp_path) as service:
        bearer = {"Authorization": f"Bearer {service.token().reveal()}"}
        with full(service.database), httpx2.Client(verify=service.authority_context(), headers=bearer) as client:
            answer = until_refused(client, f"{service.url}/v1.0/groups")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["error"][PROBLEM]["code"] == "state-disk-full"
    lost = [record.getMessage() for record in caplog.records if "Not in the audit trail" in record.getMessage()]
    assert all("zoe, create_group" in line and "Act(" not in line for line in lost)


def until_refused(client: httpx2.Client, url: str) -> Any:
    """Pages that are there already have some room."""
    for number in range(1000):
        answer = client.post(url, json=GROUP | {"mailNickname": f"x{number}"})
        if answer.status_code != 201:
            return answer
    pytest.fail("the disk is never full")
