"""What is done beside: in order, and no further than the first failure."""

from __future__ import annotations

import pytest

from ropeway.engine.beside import Beside


def test_things_are_done_in_order_and_their_answers_can_be_waited_for() -> None:
    done: list[int] = []
    with Beside() as beside:
        for number in range(5):
            beside.do(lambda number=number: done.append(number))
        assert beside.do(lambda: len(done)).result() == 5


def test_nothing_is_begun_after_a_failure_and_the_failure_is_what_is_raised() -> None:
    done: list[str] = []

    def fails() -> None:
        raise RuntimeError("the disk is full")

    with Beside() as beside:
        beside.do(fails)
        beside.do(lambda: done.append("written"))
        with pytest.raises(RuntimeError, match="the disk is full"):
            beside.wait()
    assert done == []
