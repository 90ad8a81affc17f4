"""One errand, to its last line."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.calls import CALLS
from ropeway.control.protocol import Control, Progress
from ropeway.control.running import trouble
from ropeway.control.wire.shape import shape, unpacked
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.service import acts
from ropeway.service.errands.lines import compressed, problem_line, result_line
from ropeway.service.errands.waiting import when_free
from ropeway.store import errands
from ropeway.store.database import Database
from ropeway.store.errands import Errand
from ropeway.store.trouble import said
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import bound
from ropeway.telemetry.seldom import Seldom

LOG = logging.getLogger(__name__)
SELDOM = Seldom(LOG)

PART = 500
"""Findings of one part."""

KEEP_TRYING = 60.0
"""Seconds for which a result is kept for a database that is away."""


class Whose(NamedTuple):
    """Who does an errand, and the name of the tenant whose it is."""

    worker: str
    tenant: str


class Doing:
    """An errand in the hands of a worker; `progress` may be read by another thread."""

    def __init__(self, control: Control, database: Database, errand: Errand, whose: Whose) -> None:
        self.errand = errand
        self.progress: Progress | None = None
        self._control, self._db, self._tenant = control, database, errand.tenant
        self._worker, self._of = whose
        self._said: dict[str, Any] = {}
        self._findings: list[Any] = []
        self._parts = 0

    def __call__(self) -> None:
        """Do it, and write how it ended, unless another worker has it by now."""
        errand = self.errand
        with (
            tracing.within(errand.carried),
            bound(tenant=self._of, errand=errand.number),
            tracing.span("errand", method=errand.method),
        ):
            self._do()

    def _do(self) -> None:
        line, outcome = self._last_line()
        tracing.describe(outcome=outcome)
        until = time.monotonic() + KEEP_TRYING
        while True:
            try:
                self._write(line, outcome)
                return
            except SQLAlchemyError as error:
                SELDOM.warning("Errand %s: its result waits for the database: %s", self.errand.number, said(error))
                if time.monotonic() > until:
                    return  # whoever waits is told that this worker is lost
                time.sleep(1.0)

    def _write(self, line: bytes, outcome: str) -> None:
        errand, now = self.errand, time.time()
        told = None if self.progress is None else msgspec.json.encode(self.progress)
        with self._db.write() as c:
            if errands.finish(c, errand.number, self._worker, compressed(line), now, told):
                acts.note(c, self._tenant, errand.method, self._said, errand.asker, (outcome, now))

    def _last_line(self) -> tuple[bytes, str]:
        """How it ended, for whoever waits and for the audit trail."""
        try:
            line = result_line(self._result())
            self._flush()
        except RopewayError as error:
            problem = error.problem
        except UnicodeEncodeError as error:
            problem = Problem("text-unreadable", value=shown(error.object))
        except Exception as error:
            LOG.exception("errand %s, %s", self.errand.number, self.errand.method)
            problem = Problem("errand-failed", details={"error": type(error).__name__})
        else:
            return line, "success"
        return problem_line(problem), problem.code

    def _result(self) -> object:
        method = self.errand.method
        if method not in CALLS:
            raise RopewayError(Problem("request-unfit", details={"reason": f"This version has no call {method}"}))
        try:
            self._said = unpacked(method, self.errand.arguments)
        except msgspec.MsgspecError as error:
            raise RopewayError(Problem("request-unfit", details={"reason": shown(str(error))})) from error
        said = dict(self._said)
        if shape(method).streams:
            said["each"] = self._each if said["each"] else None
        if "progress" in shape(method).told:
            said["progress"] = self._note
        with trouble():
            call = partial(getattr(self._control, method), **said)
            return when_free(self._db, self._tenant, said.get("job"), call, self._note)

    def _note(self, progress: Progress) -> None:
        self.progress = progress

    def _each(self, finding: Any) -> None:
        self._findings.append(finding)
        if len(self._findings) >= PART:
            self._flush()

    def _flush(self) -> None:
        """What was found so far, as a part that ends with its number."""
        if not self._findings:
            return
        self._parts += 1
        lines = [{"finding": one} for one in self._findings]
        body = msgspec.json.Encoder().encode_lines([*lines, {"part": self._parts}])
        self._findings.clear()
        with self._db.write() as c:
            errands.add_part(c, self._tenant, self.errand.number, self._parts, compressed(body))
