"""A PostgreSQL server that says nothing more: it stands still, or is behind a network that swallows packets.

TCP need not tell: the system of a process that stands still acknowledges for it. So whoever has waited for an answer
for a while has the server called anew. One that is merely busy, or has a long query, answers that, and the waiting goes
on, however long. Where nobody answers, all who wait are told, and whoever comes is told at once, until somebody does.

A file of its own: the driver takes longer to load than a service on a file needs to begin.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from ropeway.store.trouble import may_be_stored, name_uncertain

DOUBT_AFTER = 5.0
"""Seconds without an answer after which the server is called."""

SILENT_AFTER = 5.0
"""Seconds without an answer to the call, after which the server counts as silent."""

CALL_FOR, CALL_EVERY = 5, 1.0
"""Seconds that one attempt to call takes at most, and between two."""

_UNHEARD = [os.strerror(code) for code in (errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.ETIMEDOUT)]
"""What this machine's system says where no other one does."""


class Silence:
    """Whether a server is silent, for all connections of a process to it. Times are those of `time.monotonic`."""

    def __init__(self, call: Callable[[], object]) -> None:
        """`call` opens a connection, and closes it."""
        self._call = call
        self._lock = threading.Lock()
        self._answered = time.monotonic()
        self._called: float | None = None
        """Since when the server is called in vain; None while nobody doubts."""
        self._ending = threading.Event()

    def doubt(self, since: float) -> None:
        """Somebody has waited since then; OperationalError where the server is silent."""
        with self._lock:
            now = time.monotonic()
            if now - max(since, self._answered) >= DOUBT_AFTER:
                self._begin(now)
        self.refuse()

    def note_unheard(self) -> None:
        """A new connection had no answer for as long as it may take."""
        with self._lock:
            self._begin(time.monotonic() - SILENT_AFTER)

    def refuse(self) -> None:
        """OperationalError where the server is silent."""
        called, now = self._called, time.monotonic()
        if called is not None and now - called >= SILENT_AFTER:
            raise psycopg.OperationalError(f"no answer, nor to new connections for {now - called:.0f} s")

    def close(self) -> None:
        """Call no more."""
        self._ending.set()

    def _begin(self, since: float) -> None:
        if self._called is None:
            threading.Thread(target=self._call_again, name="silence", daemon=True).start()
        self._called = min(since, self._called or since)

    def _call_again(self) -> None:
        while not self._is_heard() and not self._ending.wait(CALL_EVERY):
            pass
        with self._lock:
            self._answered, self._called = time.monotonic(), None

    def _is_heard(self) -> bool:
        """Whether there was any answer, a refusal as well."""
        try:
            self._call()
        except ConnectionTimeout:
            return False
        except psycopg.Error as error:
            return not any(words in str(error) for words in _UNHEARD)
        return True


class Impatient(psycopg.Connection[Any]):
    """A connection that ends where its server is silent."""

    silence: Silence

    def wait(self, gen: PQGen[RV], *how: Any, **named: Any) -> RV:
        """As the driver's own, which looks up ten times a second."""
        return super().wait(self._doubting(gen), *how, **named)

    def _doubting(self, gen: PQGen[RV]) -> PQGen[RV]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                else:
                    self._doubt(heard)
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _doubt(self, heard: float) -> None:
        try:
            self.silence.doubt(heard)
        except psycopg.OperationalError:
            self.pgconn.finish()
            raise


def make_impatient(engine: Engine) -> Silence:
    """Let an engine's connections end where their server is silent."""
    arguments, named = engine.dialect.create_connect_args(engine.url)
    silence = Silence(lambda: psycopg.connect(*arguments, **{**named, "connect_timeout": CALL_FOR}).close())

    @event.listens_for(engine, "do_connect")
    def _(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Impatient:  # pyright: ignore[reportUnusedFunction]
        silence.refuse()
        try:
            connection = Impatient.connect(*arguments, **named)
        except ConnectionTimeout:
            silence.note_unheard()
            raise
        connection.silence = silence
        return connection

    @event.listens_for(engine, "commit")
    def _(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        if connection.get_execution_options().get("ropeway_write"):
            may_be_stored.set(True)

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> None:  # pyright: ignore[reportUnusedFunction]
        if context.sqlalchemy_exception is not None and may_be_stored.get():
            name_uncertain(context.sqlalchemy_exception)

    return silence
