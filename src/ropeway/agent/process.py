"""The agent's life: open a line, do what comes down, say that it lives, until it is told to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from ropeway.agent import identity, trace
from ropeway.agent.alone import alone
from ropeway.agent.channels import by_poll, by_websocket
from ropeway.agent.domains import Domains
from ropeway.agent.levels import Levels
from ropeway.agent.patience import Patience
from ropeway.agent.service import Service
from ropeway.agent.serving import Serving
from ropeway.agent.sessions import Line
from ropeway.agent.settings import Settings, read
from ropeway.agent.trace import log
from ropeway.agent.version import VERSION
from ropeway.agent.ways import Ways
from ropeway.model.problems import RopewayError
from ropeway.model.wire.calls import Call, Ended, Level, Message, Stop
from ropeway.model.wire.sessions import HEARTBEAT, PULSE, Heartbeat, Pulse
from ropeway.model.wire.versions import SPOKEN, Spoken
from ropeway.telemetry import tracing

FINAL = frozenset({"agent-removed", "agent-certificate-expired", "agent-not-registered"})
"""Problems that no waiting helps."""
LOOK = 0.2
GOOD_AFTER = 5.0
"""Seconds after which a line counts as one that works."""


def run(folder: Path, ending: threading.Event, credentials: str | None = None, spoken: Spoken = SPOKEN) -> None:
    """Be the agent of this folder until `ending`; RopewayError where it cannot be one, now or any more.

    `credentials` is the folder in which systemd put what LoadCredential names.
    """
    identity.load(folder)
    settings = read(folder)
    domains = Domains(settings, credentials)
    domains.check()
    with (
        alone(folder),
        trace.kept(folder, settings.trace),
        tracing.exporting(settings.otlp, "agent"),
        closing(Service(settings)) as service,
    ):
        Agent(Line(folder, service, spoken), domains, settings, ending, Levels(folder)).run()


class Agent:
    """One agent at work."""

    def __init__(
        self, line: Line, domains: Domains, settings: Settings, ending: threading.Event, levels: Levels
    ) -> None:
        self._line = line
        self._levels = levels
        self._room = settings.calls
        self._serving = Serving(line, domains, settings.calls)
        self._ways = Ways(line.idleness)
        self._ending = ending
        self._final: RopewayError | None = None

    def run(self) -> None:
        """Until it is told to end, or nothing helps any more."""
        log.info("agent %s begins", VERSION)
        threads = [
            threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
            for name, work in (("line", self._listen), ("heartbeat", self._beat))
        ]
        for thread in threads:
            thread.start()
        while not self._ending.wait(LOOK) and self._final is None:
            self._levels.look()
        self._ending.set()
        self._serving.close()
        log.info("agent ends")
        if self._final is not None:
            raise self._final

    def _guarded(self, work: Callable[[Patience], None]) -> None:
        """Trouble is waited out, whatever it is."""
        patience = Patience()
        while not self._ending.is_set():
            try:
                work(patience)
            except RopewayError as error:
                self._told(error)
            except Exception:  # noqa: BLE001 - a defect must not end the agent in silence
                log.exception("the agent itself failed")
            self._ending.wait(patience.wait())

    def _told(self, error: RopewayError) -> None:
        log.warning("%s", error)
        if error.problem.code in FINAL and not self._line.is_over(error):
            self._final = error

    # calls come down

    def _listen(self, patience: Patience) -> None:
        """One line, until it breaks."""
        way, began, opened = self._ways.next(), time.monotonic(), 0.0
        log.info("waiting for calls by %s, idle for at most %.0f s", way, self._ways.idleness.seconds)
        channel = by_websocket if way == "websocket" else by_poll
        try:
            for messages in channel(self._line, self._room, self._ways.idleness, self._ending):
                opened = opened or time.monotonic()
                patience.ease()
                for message in messages:
                    self._do(message)
                if way == "poll":
                    patience.restore()
                    if self._ways.next() == "websocket":
                        return
        finally:
            if opened and time.monotonic() - opened > GOOD_AFTER:
                patience.restore()
            if way == "websocket" and not self._ending.is_set():
                self._learn(time.monotonic() - began)

    def _learn(self, lasted: float) -> None:
        """A WebSocket ended: how long it may be idle, and whether plain requests pass where it does not."""
        self._ways.lasted(lasted)
        passes = False
        with suppress(RopewayError):
            passes = bool(self._pulse())
        self._ways.failed(let_through=passes)

    def _do(self, message: Message) -> None:
        match message:
            case Call():
                self._serving.begin(message)
            case Stop(number, attempt):
                self._serving.stop(number, attempt)
            case Level(level):
                self._levels.told(level)
            case Ended(reason):
                log.info("the service ends the line: %s", reason)
                self._line.over()

    # the agent lives

    def _beat(self, patience: Patience) -> None:
        due = 0.0
        while not self._ending.is_set():
            held = self._serving.held()
            if time.monotonic() < due and not (held and time.monotonic() > due - HEARTBEAT + PULSE):
                self._ending.wait(LOOK)
                continue
            due = time.monotonic() + HEARTBEAT
            pulse = self._pulse()
            patience.restore()
            if pulse.renew_in <= 0:
                self._line.renew()

    def _pulse(self) -> Pulse:
        """A heartbeat, and what it brought."""
        pulse = self._line.post("/heartbeat", Heartbeat(VERSION, self._serving.held()), Pulse)
        self._levels.told(pulse.trace)
        for one in pulse.gone:
            self._serving.stop(one.number, one.attempt)
        return pulse
