"""Errands of a service, followed to their end: their answers come line by line, over several connections if need be."""

from __future__ import annotations

import time

import msgspec

from ropeway.control.calls import BASE, FOLLOWED
from ropeway.control.connection import Connection
from ropeway.control.wire.lines import Answer
from ropeway.control.wire.sending import Request
from ropeway.model.problems import Problem, RopewayError, shown

AGAIN_WITHIN = 60.0
"""Seconds for which an answer whose connection was cut is asked for again."""

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between two attempts: twice as many each time."""


class Following:
    """The errands of one client, one at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.unfinished = ""
        """The method that a worker goes on with, although nobody waits for it any more."""

    def begun(self, method: str, asked: Request) -> msgspec.Raw:
        """The result of what a request begins, which answers 202 and the place of its errand (RFC 7240 4.1)."""
        self.unfinished = method
        with self._connection.asked(asked) as response:
            status, place = response.status_code, response.headers.get("Location", "").rpartition("/")[2]
        if status != 202 or not place.isdecimal():
            self.unfinished = ""
            raise self._connection.otherwise(str(status), "no errand")
        answer = Answer(None, None, errand=int(place))
        return self.result(method, _further(answer), answer)

    def result(self, method: str, asked: Request, answer: Answer) -> msgspec.Raw:
        """The result of an errand; where the connection is cut, its answer is asked for once more."""
        self.unfinished = method
        wait = FIRST_WAIT
        try:
            while True:
                try:
                    return self._heard(asked, answer)
                except RopewayError as error:
                    late = time.monotonic() > answer.heard + AGAIN_WITHIN
                    if error.problem.code != "service-unreachable" or answer.errand is None or late:
                        raise
                time.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                asked = _further(answer)
        except Exception:
            self.unfinished = ""
            raise

    def _heard(self, asked: Request, answer: Answer) -> msgspec.Raw:
        with self._connection.asked(asked) as response:
            try:
                result = answer.take(response.iter_bytes())
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                response.close()
                raise self._connection.otherwise("200", shown(str(error))) from error
        if result is None:
            raise RopewayError(
                Problem("service-unreachable", details={"url": self._connection.url, "error": "it hung up"})
            )
        self.unfinished = ""
        return result


def _further(answer: Answer) -> Request:
    """The request for an answer once more, without the parts that were heard."""
    query = (("after", str(answer.part)),)
    return Request("GET", f"{BASE}/{FOLLOWED.format(number=answer.errand)}", query, {}, None)
