"""The audit trail of both databases: which machine became an agent, which one was refused, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from ropeway.agent import identity
from ropeway.control.in_process import InProcess, open_database
from ropeway.control.protocol import AuditView
from ropeway.control.sources import FromHere
from ropeway.model.wire.sessions import Registration
from ropeway.service.http.strangers import APART, SUMMED_UP_EVERY
from tests.fixtures.https import Clock, RunningService, a_service


class Desk(NamedTuple):
    """A running service, its clock, and its trail."""

    service: RunningService
    clock: Clock
    state: InProcess

    def token(self, lifetime: float = 3600.0) -> str:
        return self.state.registration_token("contoso.test", lifetime).token

    def registers(self, token: str, machine: str) -> str | int:
        """The id of the agent, or the status of the refusal."""
        csr = identity.request(identity.new_key(), machine)
        asked = Registration(token, self.service.url, machine, csr, "1.0")
        with self.service.client() as client:
            answer = client.post("/agent/v1/register", json=msgspec.to_builtins(asked))
        made: dict[str, Any] = answer.json()
        return made.get("agent", answer.status_code)

    def trail(self) -> list[AuditView]:
        return [act for act in self.state.audit() if act.action == "register_agent"]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    clock = Clock()
    with (
        a_service(tmp_path / "service", clock, state=database_url) as service,
        closing(open_database(database_url)) as database,
    ):
        yield Desk(service, clock, InProcess(database, FromHere()))


def test_a_registration_is_on_record_with_machine_domain_and_address(desk: Desk) -> None:
    token = desk.token()
    agent = desk.registers(token, "dc1")
    (act,) = desk.trail()
    assert (act.who, act.action, act.subject, act.outcome) == ("agent dc1", "register_agent", agent, "success")
    told = {name: act.details[name] for name in ("machine", "domain", "address")}
    assert told == {"machine": "dc1", "domain": "contoso.test", "address": "127.0.0.1"}
    assert "because" not in act.details
    assert token not in str(act)


def test_a_refused_registration_is_on_record_with_what_was_wrong_with_its_token(desk: Desk) -> None:
    used, late = desk.token(), desk.token(lifetime=60)
    desk.registers(used, "dc1")
    with desk.service.administrator() as zoe:
        other = zoe.headers["authorization"].removeprefix("Bearer ")
    desk.clock.now += 600  # the token began by the clock of the test, which is a little ahead
    for token in (used, late, other, "rw_forged"):
        assert desk.registers(token, "dc2") == 401
    acts = desk.trail()[1:]
    assert {(act.who, act.subject, act.outcome) for act in acts} == {("agent dc2", "dc2", "agent-token-refused")}
    assert [str(act.details["because"]).partition(" 20")[0] for act in acts] == [
        "its token was used",
        "its token expired",
        "a token for something else (administrator)",
        "a token that nobody knows here",
    ]
    assert [act.details.get("domain") for act in acts] == ["contoso.test", "contoso.test", None, None]


def test_of_many_forged_registrations_a_few_have_a_line_and_the_others_are_counted(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with closing(open_database(database_url)) as database:
        with a_service(tmp_path / "service", clock, state=database_url) as service:
            desk = Desk(service, clock, InProcess(database, FromHere()))
            for _ in range(APART + 3):
                desk.registers("rw_forged", "dc1")
            assert len(desk.trail()) == APART
            clock.now += SUMMED_UP_EVERY
            desk.registers("rw_forged", "dc3")
        assert [act.subject for act in desk.trail()] == ["dc1"] * APART + ["dc3"]
    assert "Requests that name no tenant were refused: count 3, 127.0.0.1 3" in caplog.text


def test_a_null_character_from_a_stranger_is_no_defect_of_the_service(desk: Desk) -> None:
    """PostgreSQL cannot look for one; anybody could fill the log with tracebacks."""
    with desk.service.client() as client:
        answer = client.post("/agent/v1/challenge", json={"fingerprint": "\0" * 64})
        forged = client.post("/login", json={"link": "rw_\0", "secret": "rw_\0"})
    assert answer.status_code in (400, 404)
    assert forged.status_code < 500
