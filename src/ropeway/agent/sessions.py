"""Being an agent: a session, opened by signing what the service asks, opened anew when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from ropeway.agent import identity
from ropeway.agent.identity import Identity
from ropeway.agent.service import Service
from ropeway.agent.trace import log
from ropeway.agent.version import VERSION
from ropeway.agent.ways import Idleness
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.model.wire.sessions import Asking, Challenge, Proof, Renewal, Renewed, Session
from ropeway.model.wire.versions import SPOKEN, Spoken

T = TypeVar("T")
R = TypeVar("R")


class Line:
    """What an agent asks the service, in its session. Several threads may use it at once."""

    def __init__(self, folder: Path, service: Service, spoken: Spoken = SPOKEN) -> None:
        self._folder = folder
        self._service = service
        self._spoken = spoken
        self.idleness = Idleness()
        """For how long an answer may be held back, and nothing pass."""
        self._lock = threading.Lock()
        self._session: Session | None = None

    @property
    def service(self) -> Service:
        """The other side."""
        return self._service

    def session(self) -> Session:
        """The open session; opened now where there is none."""
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def look(self) -> Session:
        """A session that is not used: the service does not take it for a sign of life."""
        return self._opened(looking=True)

    def token(self) -> Secret[str]:
        """What the session is proved with."""
        return Secret(self.session().token)

    def post(self, path: str, body: object, kind: type[T]) -> T:
        """A question and its answer, both JSON."""
        return self._in_session(lambda token: self._service.post(path, body, kind, token))

    def send(
        self, method: str, path: str, content: bytes = b"", query: Mapping[str, str] | None = None, hold: float = 0.0
    ) -> bytes:
        """The same with bytes."""
        return self._in_session(
            lambda token: self._service.send(method, path, content, token=token, query=query, hold=hold)
        )

    def over(self) -> None:
        """The session is worth nothing any more; the next question opens another."""
        with self._lock:
            self._session = None

    def is_over(self, error: RopewayError) -> bool:
        """Whether an error says that only the session is over: its agent may be gone, and this folder another one."""
        session = self._session
        if error.problem.code == "agent-removed" and session is not None:
            return identity.load(self._folder).agent != session.agent
        return error.problem.code == "not-signed-in"

    def renew(self) -> None:
        """Another key and another certificate; the old ones are good until the new ones have opened a session."""
        key = identity.new_key()
        made = self.post("/certificate", Renewal(identity.request(key, self.session().agent)), Renewed)
        identity.keep(self._folder, Identity(key, made.certificate))
        log.info("the certificate was renewed")
        self.over()

    def _in_session(self, ask: Callable[[Secret[str]], R]) -> R:
        try:
            return ask(self.token())
        except RopewayError as error:
            if not self.is_over(error):
                raise
        self.over()
        return ask(self.token())

    def _opened(self, *, looking: bool = False) -> Session:
        mine, address = identity.load(self._folder), self._service.address
        nonce = self._service.post("/challenge", Asking(mine.fingerprint), Challenge).nonce
        proof = Proof(
            certificate=mine.certificate,
            nonce=nonce,
            service=address,
            signature=mine.signature(address, nonce),
            version=VERSION,
            wire=self._spoken,
            looking=looking,
        )
        session = self._service.post("/sessions", proof, Session)
        log.info("session of agent %s for %s, wire version %d", session.agent, session.domain, session.wire)
        return session
