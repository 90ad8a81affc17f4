"""What a call of agents promises, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from ropeway.control.in_process import TENANT, open_database
from ropeway.model.problems import RopewayError
from ropeway.store import agents, calls
from ropeway.store.agents import AgentRow
from ropeway.store.calls import LEASE, READER, WINDOW, Lease, Order, Part
from ropeway.store.database import Database


@dataclass
class Office:
    """A database, two agents of one domain, and a clock."""

    database: Database
    now: float = 1000.0

    def agent(self, name: str) -> AgentRow:
        row = AgentRow(
            str(uuid4()), TENANT, name, "contoso.test", "", uuid4().hex, 9e9, None, "", "", "info", self.now, self.now
        )
        with self.database.write() as c:
            agents.add(c, row)
        return row

    def asked(self, method: str = "read") -> int:
        with self.database.write() as c:
            return calls.ask(c, Order(TENANT, "contoso.test", 1, method, b"arguments"), self.now)

    def taken(self, number: int, agent: AgentRow) -> Lease:
        with self.database.write() as c:
            found = calls.take(c, number, agent.id, self.now)
        assert found is not None
        assert found[1] == b"arguments"
        return found[0]

    def put(self, lease: Lease, seq: int, *, last: bool = False, body: bytes = b"part") -> int:
        with self.database.write() as c:
            return calls.put(c, lease, Part(seq, last, body), self.now)

    def read(self, number: int) -> list[bytes]:
        """What has come, used and acknowledged."""
        with self.database.write() as c:
            found = calls.answers(c, number)
            assert found is not None
            if found.parts:
                calls.acknowledge(c, found.row, found.parts[-1].seq)
        return [part.body for part in found.parts]

    def state(self, number: int) -> str | None:
        with self.database.read() as c:
            return next((row.state for row in calls.all_calls(c, TENANT) if row.number == number), None)

    def later(self, seconds: float) -> None:
        """Time passes, and the house is kept."""
        self.now += seconds
        with self.database.write() as c:
            calls.reopen(c, self.now)
            calls.expire(c, self.now)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    database = open_database(database_url)
    yield Office(database)
    database.close()


def refused(code: str):
    return pytest.raises(RopewayError, match=f"\\({code}\\)")


def test_a_call_is_given_to_one_agent_alone(office: Office) -> None:
    first, second, number = office.agent("dc1"), office.agent("dc2"), office.asked()
    office.taken(number, first)
    with office.database.write() as c:
        assert calls.take(c, number, second.id, office.now) is None


def test_what_an_agent_sends_arrives_in_order_and_once(office: Office) -> None:
    number = office.asked()
    lease = office.taken(number, office.agent("dc1"))
    office.put(lease, 1, body=b"one")
    office.put(lease, 2, body=b"two")
    office.put(lease, 2, body=b"two again")
    assert office.read(number) == [b"one", b"two"]
    office.put(lease, 1, body=b"one again")
    assert office.read(number) == []


def test_an_agent_is_eight_parts_ahead_of_its_reader_at_most(office: Office) -> None:
    number = office.asked()
    lease = office.taken(number, office.agent("dc1"))
    for seq in range(1, WINDOW + 1):
        office.put(lease, seq)
    with refused("agent-out-of-step"):
        office.put(lease, WINDOW + 1)
    office.read(number)
    assert office.put(lease, WINDOW + 1) == WINDOW


def test_a_part_out_of_turn_is_refused(office: Office) -> None:
    lease = office.taken(office.asked(), office.agent("dc1"))
    with refused("agent-out-of-step"):
        office.put(lease, 2)


def test_nothing_comes_after_the_last_part(office: Office) -> None:
    number = office.asked()
    lease = office.taken(number, office.agent("dc1"))
    office.put(lease, 1, last=True)
    with refused("agent-out-of-step"):
        office.put(lease, 2)
    office.later(LEASE + 1)
    assert office.state(number) == "answered"


def test_a_call_whose_agent_died_is_for_another_and_begins_anew(office: Office) -> None:
    number = office.asked()
    dead = office.taken(number, office.agent("dc1"))
    office.put(dead, 1, body=b"of the dead one")
    office.later(LEASE + 1)
    heir = office.taken(number, office.agent("dc2"))
    with refused("call-gone"):
        office.put(dead, 2)
    office.put(heir, 1, body=b"of its heir")
    assert office.read(number) == [b"of its heir"]


def test_an_agent_that_renews_its_lease_keeps_the_call(office: Office) -> None:
    number = office.asked()
    lease = office.taken(number, office.agent("dc1"))
    for _ in range(4):
        office.now += LEASE / 2
        with office.database.write() as c:
            calls.renew(c, [lease], office.now)
        office.later(0)
    assert office.state(number) == "taken"


def test_the_same_agent_that_gets_a_call_again_cannot_go_on_with_the_old_attempt(office: Office) -> None:
    agent, number = office.agent("dc1"), office.asked()
    before = office.taken(number, agent)
    office.later(LEASE + 1)
    assert office.taken(number, agent).attempt == before.attempt + 1
    with refused("call-gone"):
        office.put(before, 1)


def test_a_call_given_back_is_open_at_once(office: Office) -> None:
    number = office.asked()
    lease = office.taken(number, office.agent("dc1"))
    with office.database.write() as c:
        assert calls.give_back(c, lease)
        assert not calls.give_back(c, lease)
    assert office.state(number) == "open"


def test_a_call_whose_reader_is_gone_goes_too(office: Office) -> None:
    kept, forgotten = office.asked(), office.asked()
    office.now += READER / 2
    with office.database.write() as c:
        assert calls.still_wanted(c, kept, office.now)
    office.later(READER / 2 + 1)
    assert (office.state(kept), office.state(forgotten)) == ("open", None)


def test_the_work_of_a_removed_agent_is_for_others_and_it_gets_no_more(office: Office) -> None:
    agent, number = office.agent("dc1"), office.asked()
    lease = office.taken(number, agent)
    with office.database.write() as c:
        agents.remove(c, agent, office.now)
        assert calls.take(c, number, agent.id, office.now) is None
    with refused("call-gone"):
        office.put(lease, 1)


def test_a_job_has_one_watch_however_often_it_is_asked(office: Office) -> None:
    for _ in range(2):
        with office.database.write() as c:
            calls.ask_watch(c, office.database, Order(TENANT, "contoso.test", 7, "watch", b""), office.now)
    office.later(READER * 100)
    with office.database.read() as c:
        assert list(calls.watches(c, TENANT)) == [7]


def test_agents_are_active_while_they_are_heard_of(office: Office) -> None:
    agent = office.agent("dc1")
    office.agent("dc2")
    office.now += 89
    with office.database.write() as c:
        agents.saw(c, [agents.Seen(agent.id, office.now, "1.0", "10.0.0.1")])
    office.now += 2
    with office.database.read() as c:
        assert agents.standing(c, TENANT, "contoso.test", office.now) == (2, 1)
        assert [row.status(office.now) for row in agents.every(c, TENANT)] == ["active", "inactive"]


def test_an_agent_of_a_name_that_two_have_is_named_by_its_id(office: Office) -> None:
    first, _ = office.agent("dc1"), office.agent("dc1")
    with office.database.read() as c:
        assert agents.find(c, TENANT, first.id) == first
        with refused("agent-unknown"):
            agents.find(c, TENANT, "dc1")
