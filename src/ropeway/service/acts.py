"""Calls of Control that change something, in the words of the audit trail."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.calls import CALLS
from ropeway.control.protocol import Control
from ropeway.control.running import trouble
from ropeway.control.wire.shape import STREAMED
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.store import trail
from ropeway.store.database import Database
from ropeway.store.errands import Asker
from ropeway.store.tables import job
from ropeway.store.trail import Act
from ropeway.store.trouble import said as words_of

_log = logging.getLogger(__name__)

SUBJECTS = ("job", "application", "identifier", "user", "name", "agent", "domain")
"""Arguments that name what a call is about, the first that it has."""

LONGEST, OF_GUARDS = 200, 2000
"""Bytes of an argument that are kept; files are not, nor a job's settings as a whole."""


class About(NamedTuple):
    """What a call is about."""

    subject: str
    details: dict[str, Any]


def about(c: Connection, tenant: int, said: Mapping[str, Any]) -> About:
    """A call with these arguments, before it is made: a job has its id, whatever it is called afterwards."""
    return About(_id(c, tenant, _subject(said), "job" in said), short_details(said))


def note(
    c: Connection, tenant: int, method: str, said: Mapping[str, Any], asker: Asker, end: tuple[str, float]
) -> None:
    """Put a worker's call on record, with `success` or the problem's code, and when.

    What changes nothing is no act. Nor is what has no request: whoever asked waits, and tells of it by its own name.
    """
    outcome, when = end
    if method not in CALLS or not CALLS[method].changes or not asker.request:
        return
    subject, details = about(c, tenant, said)
    told = details | {"login": asker.login, "address": asker.address}
    trail.note(c, tenant, Act(when, asker.asked_by, method, subject, outcome, told, asker.request, asker.who_id))


class OnRecord:
    """Control of a state itself, for whoever may write it: what changes it is on record, as over HTTPS."""

    def __init__(self, control: Control, database: Database, tenant: int, who: str) -> None:
        self._control, self._db, self._tenant, self._who = control, database, tenant, who

    def __getattr__(self, name: str) -> Any:
        call, does = CALLS.get(name), getattr(self._control, name)
        return partial(self._act, does) if call is not None and call.changes else does

    def _act(self, does: Callable[..., Any], *args: Any, **named: Any) -> Any:
        said = signature(does).bind(*args, **named).arguments
        told = {name: value for name, value in said.items() if name not in STREAMED}
        with trouble(), self._db.read() as c:
            subject, details = about(c, self._tenant, told)
        outcome = "job-interrupted"
        try:
            result = does(*args, **named)
            outcome = "success"
            return result
        except RopewayError as error:
            outcome = error.problem.code
            raise
        finally:
            self._note(Act(time.time(), self._who, does.__name__, subject, outcome, details))

    def _note(self, act: Act) -> None:
        try:
            with self._db.write() as c:
                trail.note(c, self._tenant, act)
        except SQLAlchemyError as error:
            _log.error("Not in the audit trail, as it could not be written (%s): %s", words_of(error), trail.line(act))


def _subject(said: Mapping[str, Any]) -> str:
    settings = said.get("settings")
    named = next((said[name] for name in SUBJECTS if said.get(name)), None)
    return str(named if named is not None else getattr(settings, "name", said.get("type_", "")))


def _id(c: Connection, tenant: int, named: str, is_job: bool) -> str:
    """The id of a job that is called so; anything else as it was named."""
    if not is_job:
        return named
    return c.scalar(select(job.c.id).where(job.c.tenant == tenant, job.c.name == named)) or named


def short_details(said: Mapping[str, Any]) -> dict[str, Any]:
    """Short arguments as they were; of an object's properties the names alone, since values are somebody's data."""
    told: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, Secret):
            continue
        short: Any = sorted(value) if name == "properties" else msgspec.to_builtins(value)
        if value is not None and len(msgspec.json.encode(short)) <= (OF_GUARDS if name == "guards" else LONGEST):
            told[name.rstrip("_")] = short
    return told
