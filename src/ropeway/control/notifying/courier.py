"""Messages taken from the outbox and sent, until they arrive or are too old to be news."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial

from ropeway.control.notifying.letter import Letter, letter
from ropeway.control.notifying.places import Places
from ropeway.control.notifying.sending import PATIENCE, Unsent, post, send_mail
from ropeway.control.notifying.settings import NotificationSettings, read_settings
from ropeway.control.running import trouble
from ropeway.engine.lifecycle.notices import Event
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import jobs, outbox
from ropeway.store.database import Database
from ropeway.store.outbox import Message

CLAIM = 60.0
"""Seconds for which a message is one courier's."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0
TOO_OLD = 3 * 86400.0
"""Seconds after which nobody is told any more."""
LOOK = 1.0
"""Seconds between two looks at the outbox."""
HANDS = 8
"""Messages that are on their way at once."""


class Courier:
    """Sends what the outbox holds of one tenant, or of all (None); several of them share the work.

    Messages about one job go one after another, those about several jobs at once.
    """

    def __init__(self, database: Database, tenant: int | None, clock: Callable[[], float]) -> None:
        self._db = database
        self._tenant = tenant
        self._clock = clock
        self._places = Places()
        self._changed = threading.Condition()
        self._busy: dict[int, threading.Thread] = {}
        """Who is on the way, by job."""
        self._arrived = 0

    def deliver(self) -> int:
        """Try every message that is due; answers how many arrived."""
        before = self._arrived
        while self._begin() or self._busy:
            with self._changed:
                if self._busy:
                    self._changed.wait(LOOK)
        return self._arrived - before

    @contextmanager
    def delivering(self) -> Generator[None, None, None]:
        """Within, a thread looks after the outbox."""
        ending = threading.Event()
        thread = threading.Thread(target=self._keep, args=(ending,), name="courier")
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()
            for one in list(self._busy.values()):
                one.join(2 * PATIENCE)

    def _keep(self, ending: threading.Event) -> None:
        while not ending.wait(LOOK):
            with suppress(RopewayError), trouble():  # jobs tell about a database that is away
                self._begin()

    def _begin(self) -> bool:
        """Set out with what is due, as far as there are hands; whether somebody did."""
        with self._db.read() as c:
            if not outbox.any_due(c, self._tenant, self._clock()):
                return False
        begun = False
        while len(self._busy) < HANDS and (message := self._claimed()):
            begun = True
            thread = threading.Thread(target=self._carry, args=(message,), name="message", daemon=True)
            self._busy[message.job] = thread
            thread.start()
        return begun

    def _claimed(self) -> Message | None:
        now = self._clock()
        with self._db.write() as c:
            return outbox.claim(c, self._tenant, now, now + CLAIM, beside=list(self._busy))

    def _carry(self, message: Message) -> None:
        arrived = False
        try:
            with suppress(RopewayError), trouble():
                arrived = self._send(message)
        finally:
            with self._changed:
                self._arrived += arrived
                del self._busy[message.job]
                self._changed.notify_all()

    def _send(self, message: Message) -> bool:
        with self._db.read() as c:
            row = jobs.load_if_there(c, message.job)
        if row is None or not row.settings.notifications or self._clock() - message.created > TOO_OLD:
            self._done(message)
            return False
        try:
            settings = read_settings(row.settings.notifications)
        except RopewayError as error:
            self._again(message, message.arrived, error.problem)
            return False
        if message.event not in (*settings.events, Event.TRIAL):
            self._done(message)
            return False
        words = letter(message.event, row.name, row.id, message.created, message.problem, message.number)
        arrived, failure = send(settings, words, message.arrived, self._places)
        if failure is not None:
            self._again(message, arrived, failure)
            return False
        self._done(message)
        return True

    def _done(self, message: Message) -> None:
        with self._db.write() as c:
            outbox.done(c, message.number)

    def _again(self, message: Message, arrived: tuple[str, ...], failure: Problem) -> None:
        wait = min(FIRST_WAIT * 2 ** min(message.attempts, 10), LONGEST_WAIT)
        with self._db.write() as c:
            outbox.again(c, message, arrived, failure, self._clock() + wait)


def send(
    settings: NotificationSettings, words: Letter, arrived: tuple[str, ...] = (), places: Places | None = None
) -> tuple[tuple[str, ...], Problem | None]:
    """Send on every way on which it has not arrived; the ways on which it has, and the last failure."""
    ways: dict[str, tuple[str, Callable[[], None]]] = {}
    if (webhook := settings.webhook) is not None:
        ways["webhook"] = webhook.place, partial(post, webhook, words)
    if (mail := settings.mail) is not None:
        ways |= {"".join(to.split()): (mail.place, partial(send_mail, mail, words, to)) for to in mail.addresses}
    failure: Problem | None = None
    places = places or Places()
    for name, (place, go) in ways.items():
        if name in arrived:
            continue
        try:
            with places.visit(place):
                go()
            arrived = (*arrived, name)
        except Unsent as reason:
            failure = Problem("notification-unsent", details={"reason": str(reason)})
    return arrived, failure
