"""What an agent learns about the network: growing waits, idle lines, the way that works."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ropeway.agent.patience import Patience
from ropeway.agent.ways import AGAIN_AFTER, FAILURES, HELD_FOR, LONGEST_IDLE, SHORTEST_IDLE, Idleness, Ways


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_waits_grow_up_to_a_minute_and_are_never_nothing(chances: list[float]) -> None:
    left = iter(chances)
    patience = Patience(chance=lambda: next(left))
    waits = [patience.wait() for _ in chances]
    assert all(0.25 <= wait <= 60 for wait in waits)
    assert all(wait >= min(0.25 * 2**n, 30) for n, wait in enumerate(waits))


def test_a_wait_after_success_is_short_again() -> None:
    patience = Patience(chance=lambda: 1.0)
    assert [patience.wait() for _ in range(3)] == [0.5, 1.0, 2.0]
    patience.restore()
    assert patience.wait() == 0.5


def test_a_wait_for_what_was_reached_is_of_seconds() -> None:
    patience = Patience(chance=lambda: 1.0)
    waits = [patience.wait() for _ in range(8)]
    patience.ease()
    assert (waits[-1], patience.wait(), patience.wait()) == (60.0, 4.0, 8.0)


@given(st.lists(st.floats(0, 10_000), max_size=50))
def test_a_line_may_be_idle_for_1_to_25_seconds(lasted: list[float]) -> None:
    ways = Ways(Idleness())
    for seconds in lasted:
        ways.lasted(seconds)
        assert SHORTEST_IDLE <= ways.idleness.seconds <= LONGEST_IDLE


def test_a_line_that_is_cut_when_idle_is_idle_for_less_and_trusted_again_later() -> None:
    ways = Ways(Idleness())
    ways.lasted(26.0)
    assert ways.idleness.seconds == LONGEST_IDLE / 2
    ways.lasted(HELD_FOR + 1)
    ways.lasted(HELD_FOR + 1)
    assert ways.idleness.seconds == LONGEST_IDLE


def test_three_websockets_that_fail_make_it_poll_and_try_again_after_ten_minutes() -> None:
    now = [0.0]
    ways = Ways(Idleness(), lambda: now[0])
    for _ in range(FAILURES - 1):
        ways.failed(let_through=True)
        assert ways.next() == "websocket"
    ways.failed(let_through=True)
    assert ways.next() == "poll"
    now[0] = AGAIN_AFTER + 1
    assert ways.next() == "websocket"
    ways.failed(let_through=True)
    assert ways.next() == "poll"


def test_a_service_that_is_away_is_no_reason_to_poll() -> None:
    ways = Ways(Idleness())
    for _ in range(20):
        ways.failed(let_through=False)
    assert ways.next() == "websocket"


def test_a_websocket_that_lasts_forgives_those_that_failed() -> None:
    ways = Ways(Idleness())
    for _ in range(FAILURES - 1):
        ways.failed(let_through=True)
    ways.lasted(600.0)
    ways.failed(let_through=True)
    assert ways.next() == "websocket"
