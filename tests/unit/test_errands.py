"""Errands in the small: signs of life, who is silent, lines that are cut."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.in_process import open_database
from ropeway.control.protocol import FindingView, Progress
from ropeway.control.wire.lines import Answer
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.errands import Watch, ask, follow
from ropeway.service.errands.lines import compressed, pieces, problem_line, result_line
from ropeway.service.errands.losing import Patience
from ropeway.store import errands
from ropeway.store.bell import open_bell
from ropeway.store.database import Database
from ropeway.store.errands import Asker, Seen


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'ropeway.db'}")) as opened:
        yield opened


def lines(database: Database, number: int, most: int, **more: Any) -> list[dict[str, Any]]:
    """The first lines of an errand's answer."""
    watch = Watch(database, partial(open_bell, database))

    async def read() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        async for piece in follow(database, watch, number, **more):
            told += map(json.loads, piece.splitlines())
            if len(told) >= most:
                break
        return told

    return asyncio.run(read())


def test_where_nothing_happens_a_line_says_that_nothing_is_wrong(database: Database) -> None:
    number = ask(database, 1, "explain", {"identifier": "x"}, Asker("zoe"))
    told = lines(database, number, 4, alive_every=0.05)
    assert told == [{"errand": number}, {"alive": True}, {"alive": True}, {"alive": True}]


def test_progress_is_told_once_and_then_the_result(database: Database) -> None:
    number = ask(database, 1, "run_job", {"job": "C"}, Asker("zoe"))
    with database.write() as c:
        errands.take(c, number, "w", time.time())
        errands.tell(c, number, "w", b'{"stage":"import","done":3}')

    def finish() -> None:
        time.sleep(0.3)
        with database.write() as c:
            errands.finish(c, number, "w", compressed(result_line({"read": 3})), time.time())

    ending = threading.Thread(target=finish)
    ending.start()
    told = lines(database, number, 99)
    ending.join()
    assert told == [{"errand": number}, {"progress": {"stage": "import", "done": 3}}, {"result": {"read": 3}}]


def test_an_errand_that_is_gone_is_a_problem_line(database: Database) -> None:
    assert lines(database, 99, 9)[-1]["problem"]["code"] == "errand-unknown"


def test_numbers_tell_nothing_of_what_others_ask_and_errands_are_taken_in_turn(database: Database) -> None:
    asked = [ask(database, tenant, "explain", {"identifier": "x"}, Asker("zoe")) for tenant in (1, 2, 1, 1, 2)]
    assert any(later != number + 1 for number, later in pairwise(asked))
    with database.read() as c:
        assert [number for number, _ in errands.waiting(c, None, 9)] == asked


def test_a_result_of_a_worker_that_lost_its_errand_counts_for_nothing(database: Database) -> None:
    number = ask(database, 1, "explain", {"identifier": "x"}, Asker("zoe"))
    with database.write() as c:
        assert errands.take(c, number, "first", 1.0)
        assert errands.take(c, number, "second", 1.0) is None
        (seen,) = errands.taken(c, 1)
        assert errands.offer_again(c, seen)
        assert errands.take(c, number, "second", 2.0)
        assert not errands.finish(c, number, "first", b"", 3.0)
        assert errands.finish(c, number, "second", b"", 3.0)


def test_answers_are_forgotten_ten_minutes_after_their_end(database: Database) -> None:
    number = ask(database, 1, "explain", {"identifier": "x"}, Asker("zoe"))
    with database.write() as c:
        errands.take(c, number, "w", 0.0)
        errands.add_part(c, 1, number, 1, b"")
        errands.finish(c, number, "w", b"", 1000.0)
        errands.sweep(c, 1599.0)
        assert errands.parts(c, number, 0, 9)
        errands.sweep(c, 1601.0)
        assert not errands.parts(c, number, 0, 9)
        assert not errands.seen(c, [number])


def test_silence_is_measured_by_the_clock_of_whoever_looks() -> None:
    clock = iter([0.0, 14.0, 15.0, 16.0, 29.0, 31.0])
    patience = Patience(lambda: next(clock), after=15.0)
    quiet = Seen(1, "explain", "taken", "w", 1e12, 1, None, 0)
    again = quiet._replace(renewed=7.0)
    assert [len(patience.silent([one])) for one in (quiet, quiet, quiet, again, again, again)] == [0, 0, 1, 0, 0, 1]


def test_a_long_line_is_unpacked_piece_by_piece() -> None:
    line = result_line("x" * 5_000_000)
    found = list(pieces(compressed(line)))
    assert b"".join(found) == line
    assert max(map(len, found)) <= 1 << 16


def test_findings_of_a_part_that_was_cut_are_not_told_twice() -> None:
    told: list[FindingView] = []
    answer = Answer(None, told.append)
    one, other = (
        b'{"finding":{"severity":"info","error":"blank","dn":"%b","type":"user","attribute":"","value":""}}\n' % name
        for name in (b"CN=A", b"CN=B")
    )
    assert answer.take([b'{"errand":7}\n', one, b'{"part":1}\n', other[:30]]) is None
    assert (answer.errand, answer.part) == (7, 1)
    result = answer.take([other[:9], other[9:], b'{"part":2}\n{"result":', b"3}\n"])
    assert result is not None
    assert bytes(result) == b"3"
    assert [finding.dn for finding in told] == ["CN=A", "CN=B"]


def test_lines_may_hold_characters_that_some_take_for_their_end() -> None:
    told: list[Progress] = []
    Answer(told.append, None).take(['{"progress":{"stage":"a\u2028b","done":1}}\n'.encode()])
    assert told == [Progress("a\u2028b", 1)]


def test_a_problem_of_the_worker_is_raised_where_it_was_asked() -> None:
    with pytest.raises(RopewayError) as raised:
        Answer(None, None).take([problem_line(Problem("job-paused", object="Contoso"))])
    assert raised.value.problem == Problem("job-paused", object="Contoso")
