"""The way to a domain: its controllers, the account, and what the account may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ropeway.connectors.active_directory.connection import connect
from ropeway.connectors.active_directory.credentials import Ask, Credential, credential_of
from ropeway.connectors.active_directory.discovery import Controller, controllers
from ropeway.connectors.active_directory.failures import Lost, Refused
from ropeway.connectors.active_directory.full import negotiated
from ropeway.connectors.active_directory.marks import DIRSYNC
from ropeway.connectors.active_directory.session import Session
from ropeway.connectors.active_directory.settings import Settings
from ropeway.diagnostics.checks import Check
from ropeway.model.problems import Problem, RopewayError

T = TypeVar("T")


class Domain:
    """A domain that is examined: what one check finds, the next one uses."""

    def __init__(self, settings: Settings, ask: Ask | None = None) -> None:
        self._settings = settings
        self._ask = ask
        self._credential: Credential | None = None
        self._controllers: tuple[Controller, ...] = ()
        self._session: Session | None = None

    def checks(self) -> Sequence[Check]:
        """Credentials, controllers, each one's answer, the rights of the account."""
        name = self._settings.domain
        credential, found = f"credential for {name}", f"controllers of {name}"
        signed_in = f"sign-in at {name}"
        return (
            Check(credential, self._read_credential),
            Check(found, self._find, credential),
            Check(signed_in, self._sign_in, found),
            Check(f"how changes of {name} are found", self._replication, signed_in),
            Check(f"deletions in {name}", self._deletions, signed_in),
        )

    def close(self) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        if session is not None:
            session.connection.close()

    def _read_credential(self) -> str:
        self._credential = credential_of(self._settings, self._ask)
        settings = self._settings
        return f"keytab of {settings.principal}" if settings.keytab else f"password of {settings.user}"

    def _find(self) -> str:
        self._controllers = controllers(self._settings)
        return ", ".join(map(str, self._controllers))

    def _sign_in(self) -> str | Problem:
        """At every controller; one that answers is enough, another that does not is worth a word."""
        assert self._credential is not None
        silent: list[Problem] = []
        for controller in self._controllers:
            try:
                session = Session(connect(controller, self._settings, self._credential), self._settings)
            except Lost as lost:
                silent.append(lost.problem)
                continue
            if self._session is None:
                self._session = session
            else:
                session.connection.close()
        if self._session is None:
            raise RopewayError(silent[0])
        if silent:
            names = ", ".join(problem.object for problem in silent)
            return Problem("controllers-silent", self._settings.domain, details={"silent": names})
        return f"{len(self._controllers)} of {len(self._controllers)} answer"

    def _replication(self) -> str | Problem:
        mode = self._refused_in_words(lambda session: negotiated(session, self._settings)[0])
        if mode == DIRSYNC:
            return "DirSync, with the right to replicate"
        told = "DirSync of what the account may see" if mode.method == "dirsync" else "uSNChanged"
        return Problem("slower-way-of-changes", self._settings.domain, details={"way": told})

    def _deletions(self) -> str | Problem:
        if self._refused_in_words(lambda session: session.sees_deleted()):
            return "seen at once"
        if not self._refused_in_words(lambda session: session.is_samba):
            return "brought by DirSync"
        return Problem("deletions-unseen", self._settings.domain)

    def _refused_in_words(self, ask: Callable[[Session], T]) -> T:
        assert self._session is not None
        try:
            return ask(self._session)
        except (Lost, Refused) as error:
            raise RopewayError(error.problem) from None
