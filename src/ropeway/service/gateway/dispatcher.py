"""One thread of each service process: it hands open calls to waiting agents, and keeps the house of calls.

One query tells all calls, however many agents wait. Which process gives a call to which agent is decided by the
database: an open call is taken once.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from ropeway.model.wire.calls import Call, Ended, Level, Method, Stop
from ropeway.service.gateway.channels import Channel, Channels
from ropeway.service.gateway.heartbeats import Heartbeats
from ropeway.service.gateway.rooms import Rooms
from ropeway.service.gateway.watches import keep_watches
from ropeway.service.parts import Parts
from ropeway.store import agents, calls, jobs, tokens
from ropeway.store.agents import Brief
from ropeway.store.bell import open_bell
from ropeway.store.calls import WATCH, CallRow
from ropeway.store.trouble import said
from ropeway.telemetry.seldom import Seldom

LOOK_EVERY = 1.0
"""Seconds between two looks where no bell rings."""
AT_MOST_EVERY = 0.02
"""Seconds between two looks where it rings all the time."""
WRITE_EVERY = 2.0
REMOVALS_EVERY = 0.25
JOBS_EVERY = 0.25
AGENTS_EVERY = 5.0
WATCHES_EVERY = 10.0
SWEEP_EVERY = 3600.0

AWAY = (SQLAlchemyError, sqlite3.Error, OSError)
"""What is said by a database that is not there."""

log = logging.getLogger(__name__)
seldom = Seldom(log)


@dataclass(slots=True)
class Duty:
    """Something to be done every so often."""

    every: float
    do: Callable[[], None]
    due: float = 0.0


class Dispatcher:
    """Between the database and the channels of this process."""

    def __init__(self, parts: Parts) -> None:
        self.channels = Channels()
        self.heartbeats = Heartbeats()
        self.rooms = Rooms()
        self.known: dict[str, Brief] = {}
        """Agents that are not removed, as they were a moment ago."""
        self._removals = 0
        self._jobs = (0, 0, 0)
        self._parts = parts
        self._rows: dict[int, CallRow] = {}
        self._given: dict[tuple[int, int], Channel] = {}
        """Calls given here: number and attempt."""
        self._looking = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._duties = [
            Duty(WRITE_EVERY, self._keep_calls),
            Duty(REMOVALS_EVERY, self._look_for_removals),
            Duty(AGENTS_EVERY, self._look_at_agents),
            Duty(JOBS_EVERY, self._look_for_jobs),
            Duty(WATCHES_EVERY, self._keep_watches),
            Duty(SWEEP_EVERY, self._sweep),
        ]

    def start(self) -> None:
        """Begin, if it has not."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End; agents find another process, or this one when it is back."""
        self._ending.set()
        for channel in self.channels.every():
            channel.send(Ended("The service ends."))
        if self._thread is not None:
            self._thread.join()

    def has_open(self, domain: str) -> bool:
        """Whether something waited for this domain when it was last looked."""
        return any(row.state == "open" and row.domain == domain for row in [*self._rows.values()])

    def hand_out(self) -> None:
        """Look now: an agent has come for which something may be waiting."""
        try:
            self.look()
        except AWAY as error:
            seldom.warning("The database does not answer: %s", said(error))

    def brief(self, agent: str) -> Brief:
        """What an agent is told."""
        if agent not in self.known:
            self._look_at_agents()
        return self.known.get(agent, Brief("info", self._parts.clock()))

    def look(self) -> None:
        """Hand out what is open, stop what is gone, and tell whoever waits for room."""
        with self._looking:
            with self._parts.database.read() as c:
                rows = calls.all_calls(c, self._parts.tenant)
            self._rows = {row.number: row for row in rows}
            self._stop_what_is_gone()
            for row in rows:
                if row.state == "open":
                    self._hand_out(row)
            self.rooms.tell(self._rows)

    def holds(self, number: int, attempt: int, agent: str) -> bool:
        """Whether, when it was last looked, an agent had a call."""
        row = self._rows.get(number)
        return row is not None and row.state != "open" and (row.attempt, row.agent) == (attempt, agent)

    def _run(self) -> None:
        bell = None
        while not self._ending.is_set():
            try:
                bell = bell or open_bell(self._parts.database)
                self.look()
                self._do_duties()
                self._ending.wait(AT_MOST_EVERY)
                bell.wait(LOOK_EVERY)
            except AWAY as error:
                seldom.warning("The database does not answer: %s", said(error))
                self._ending.wait(LOOK_EVERY)
            except Exception:
                log.exception("the dispatcher of calls")
                self._ending.wait(LOOK_EVERY)
        if bell is not None:
            bell.close()

    def _do_duties(self) -> None:
        for duty in self._duties:
            if time.monotonic() >= duty.due:
                duty.do()
                duty.due = time.monotonic() + duty.every

    def _hand_out(self, row: CallRow) -> None:
        channel = self._chosen(row)
        if channel is None:
            return
        with self._parts.database.write() as c:
            taken = calls.take(c, row.number, channel.caller.id, self._parts.clock())
        if taken is None:
            return
        lease = taken.lease
        mine = {"state": "taken", "agent": lease.agent, "attempt": lease.attempt, "acknowledged": 0}
        self._rows[row.number] = row._replace(**mine)
        self._given[lease.number, lease.attempt] = channel
        method: Method = row.method  # pyright: ignore[reportAssignmentType] - what a reader asks
        channel.send(Call(lease.number, lease.attempt, row.domain, method, taken.body, taken.carried))

    def _chosen(self, row: CallRow) -> Channel | None:
        """Of the agents of its domain that wait and have room, the one with the least to do.

        Who works for the job already comes first, and among equals who watches it: their controller has what they told,
        another's may not have it yet.
        """
        in_work = self._in_work()
        waiting = self.channels.waiting_for(row.domain)
        found = [(*channel.load(in_work), channel) for channel in waiting if not channel.leaves(row)]
        if row.method == WATCH:
            able = [(watches, channel) for _, watches, channel in found if not channel.is_spared]
            return min(able, key=lambda one: one[0], default=(0, None))[1]
        reading, watcher = self._readers(row.job), self._watcher(row.job)
        free = [
            (
                (channel.is_spared, channel.caller.id not in reading, calls_, channel.caller.id != watcher, watches),
                channel,
            )
            for calls_, watches, channel in found
            if calls_ < channel.room
        ]
        return min(free, key=lambda one: one[0], default=(0, None))[1]

    def _readers(self, job: int) -> set[str]:
        """The agents that have calls of a job."""
        of_job = (row for row in self._rows.values() if job and row.job == job and row.method != WATCH)
        return {row.agent for row in of_job if row.state != "open"}

    def _watcher(self, job: int) -> str:
        """The agent that watches a job's domain; "" for nobody."""
        of_job = (row for row in self._rows.values() if row.method == WATCH and row.job == job)
        return next((row.agent for row in of_job if row.state != "open"), "")

    def _in_work(self) -> Sequence[tuple[str, str]]:
        return [(row.agent, row.method) for row in self._rows.values() if row.state == "taken"]

    def _stop_what_is_gone(self) -> None:
        for (number, attempt), channel in [*self._given.items()]:
            if not self.holds(number, attempt, channel.caller.id):
                del self._given[number, attempt]
                channel.send(Stop(number, attempt))
                if number in self._rows:  # not done in time: perhaps nobody is at the other end any more
                    channel.failed()

    def _keep_calls(self) -> None:
        now = self._parts.clock()
        self.heartbeats.write(self._parts.database, now)
        with self._parts.database.write() as c:
            calls.reopen(c, now)
            calls.expire(c, now)

    def _look_for_removals(self) -> None:
        with self._parts.database.read() as c:
            removals = agents.removals(c, self._parts.tenant)
        if removals != self._removals:
            self._look_at_agents()
            self._removals = removals

    def _look_at_agents(self) -> None:
        """Levels that changed are told; channels of agents that were removed end."""
        with self._parts.database.read() as c:
            fresh = agents.briefs(c, self._parts.tenant)
        before, self.known = self.known, fresh
        for channel in self.channels.every():
            brief = fresh.get(channel.caller.id)
            if brief is None:
                channel.send(Ended("The agent was removed."))
                self.channels.drop(channel)
            elif brief.trace != before.get(channel.caller.id, brief).trace:
                channel.send(Level(brief.trace))

    def _look_for_jobs(self) -> None:
        """A new job's domain is watched soon: its first change is not to wait for the next round."""
        with self._parts.database.read() as c:
            tally = jobs.tally(c, self._parts.tenant)
        if tally != self._jobs:
            self._keep_watches()
            self._jobs = tally

    def _keep_watches(self) -> None:
        keep_watches(self._parts.database, self._parts.tenant, self._parts.clock())

    def _sweep(self) -> None:
        with self._parts.database.write() as c:
            tokens.sweep(c, self._parts.clock())
