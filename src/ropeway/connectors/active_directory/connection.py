"""One bound connection to one controller, and its only question: search."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from ropeway.connectors.active_directory import failures, kerberos
from ropeway.connectors.active_directory.controls import DIRSYNC, PAGED, Control
from ropeway.connectors.active_directory.credentials import Credential, Password
from ropeway.connectors.active_directory.discovery import Controller
from ropeway.connectors.active_directory.handshake import complaint, no_way
from ropeway.connectors.active_directory.openldap import gssapi, ldap
from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.problems import Problem, RopewayError

Entry = tuple[str, dict[str, list[bytes]]]
"""An LDAP entry: its DN (extended, where asked for) and its attributes as the server spelled them."""

PATIENCE = 20
"""A whole-domain answer may take this many times the ordinary timeout until its first entry."""

SEALED = 56
"""The least strength, in bits, that Kerberos sealing must negotiate (SASL security strength factor)."""


class _Sent:
    """A control in the shape in which python-ldap sends it."""

    def __init__(self, control: Control) -> None:
        self.controlType = control.oid
        self.criticality = control.critical
        self._value = control.value

    def encodeControlValue(self) -> bytes | None:  # noqa: N802 - python-ldap's name
        return self._value


class _Received:
    """A control of an answer, kept as bytes."""

    controlType = ""  # noqa: N815 - python-ldap's name
    criticality = False
    value = b""

    def decodeControlValue(self, value: bytes | None) -> None:  # noqa: N802 - python-ldap's name
        self.value = value or b""


_UNDECODED = {DIRSYNC: _Received, PAGED: _Received}


class Connection:
    """A bound connection. Errors are `Lost`, `Refused`, `Missing` or RopewayError, never python-ldap's own."""

    def __init__(self, controller: Controller, settings: Settings, session: Any, user: str) -> None:
        self.controller = controller
        self._timeout = settings.timeout
        self._session = session
        self._user = user

    def search(
        self,
        base: str,
        filter_: str,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
        *,
        subtree: bool = True,
        patient: bool = False,
    ) -> Answer:
        """Ask; the answer streams. Asking costs no waiting, so the next question may be sent before this is read."""
        scope = ldap.SCOPE_SUBTREE if subtree else ldap.SCOPE_BASE
        with self._translated():
            number = self._session.search_ext(
                base, scope, filter_, list(attributes) or ["1.1"], serverctrls=[_Sent(c) for c in controls]
            )
        return Answer(self, number, self._timeout * (PATIENCE if patient else 1))

    def object(self, base: str, attributes: Sequence[str], controls: Sequence[Control] = ()) -> Entry | None:
        """One entry by its DN (or `<GUID=…>`), or None where it is gone or cannot be seen."""
        try:
            return next(iter(list(self.search(base, "(objectClass=*)", attributes, controls, subtree=False))), None)
        except failures.Missing:
            return None

    def receive(self, number: int, timeout: float) -> tuple[list[Entry], dict[str, bytes] | None]:
        """The next message of an answer: its entries, and at the end the answer's controls instead of None."""
        with self._translated():
            kind, entries, _, controls, _, _ = self._session.result4(
                number, 0, timeout, 1, resp_ctrl_classes=_UNDECODED
            )
        if kind == ldap.RES_SEARCH_RESULT:
            return [], {c.controlType: c.value for c in controls}
        return [(entry[0], entry[1]) for entry in entries] if kind == ldap.RES_SEARCH_ENTRY else [], None

    def abandon(self, number: int) -> None:
        """Tell the controller that the rest of an answer is not wanted."""
        with contextlib.suppress(ldap.LDAPError):
            self._session.abandon_ext(number)

    def close(self) -> None:
        """Say goodbye; a connection that is already gone is closed too."""
        with contextlib.suppress(ldap.LDAPError):
            self._session.unbind_ext()

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except ldap.LDAPError as error:
            raise failures.translated(error, str(self.controller), self._user) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Answer:
    """The entries of one search as they come in; `controls` is filled at the end."""

    def __init__(self, connection: Connection, number: int, timeout: float) -> None:
        self._connection = connection
        self._number = number
        self._timeout = timeout
        self.controls: dict[str, bytes] = {}

    def __iter__(self) -> Iterator[Entry]:
        receive, number, timeout = self._connection.receive, self._number, self._timeout
        ended = False
        try:
            while True:
                entries, controls = receive(number, timeout)
                if controls is not None:
                    self.controls, ended = controls, True
                    return
                yield from entries
        finally:
            if not ended:
                self.abandon()

    def abandon(self) -> None:
        """What is left of it is not wanted."""
        self._connection.abandon(self._number)


def connect(controller: Controller, settings: Settings, credential: Credential) -> Connection:
    """A bound connection; `Lost` where the controller does not answer, RopewayError where it refuses."""
    user = credential.user if isinstance(credential, Password) else credential.principal
    try:
        session = _opened(controller, settings)
        _protect(session, settings)
        _bind(session, settings, credential)
    except ldap.LDAPError as error:
        if isinstance(error, failures.UNREACHABLE) and not (controller.address or _known_here(controller)):
            reason = f"the name does not resolve (getent hosts {controller.host} says nothing)"
            raise failures.unreachable(str(controller), reason) from None
        if isinstance(error, failures.UNREACHABLE) and (reason := no_way(controller, settings)):
            raise failures.unreachable(str(controller), reason) from None
        wrong = complaint(controller, settings) if isinstance(error, failures.UNREACHABLE) else None
        raise failures.connecting(error, str(controller), user, wrong) from None
    except OSError as error:
        raise failures.unreachable(str(controller), error.strerror or str(error)) from None
    return Connection(controller, settings, session, user)


def _opened(controller: Controller, settings: Settings) -> Any:
    host = f"[{controller.host}]" if ":" in controller.host else controller.host
    if settings.security == "ldaps":
        # libldap starts TLS only on sockets it opened itself, and checks the certificate against what it connects to.
        known = controller.address is None or _known_here(controller)
        host = controller.host if known else controller.address
        return ldap.initialize(f"ldaps://{host}:{controller.port}")
    if controller.address is None:
        return ldap.initialize(f"ldap://{host}:{controller.port}")
    connected = socket.create_connection((controller.address, controller.port), settings.timeout)
    connected.settimeout(None)
    return ldap.initialize(f"ldap://{host}:{controller.port}", fileno=connected.detach())


def _known_here(controller: Controller) -> bool:
    """Whether the system's own look-up knows the host."""
    try:
        socket.getaddrinfo(controller.host, controller.port)
    except OSError:
        return False
    return True


def _protect(session: Any, settings: Settings) -> None:
    session.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    session.set_option(ldap.OPT_REFERRALS, 0)
    session.set_option(ldap.OPT_NETWORK_TIMEOUT, settings.timeout)
    session.set_option(ldap.OPT_TIMEOUT, settings.timeout)
    session.set_option(ldap.OPT_X_KEEPALIVE_IDLE, max(1, int(settings.timeout)))
    session.set_option(ldap.OPT_X_KEEPALIVE_INTERVAL, 5)
    session.set_option(ldap.OPT_X_KEEPALIVE_PROBES, 3)
    if settings.security in ("ldaps", "starttls"):
        session.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        if settings.ca_file:
            session.set_option(ldap.OPT_X_TLS_CACERTFILE, settings.ca_file)
        try:
            session.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        except ValueError:
            details = {"reason": f"The file {settings.ca_file} is missing, or holds no certificates in PEM form."}
            problem = Problem("source-settings-invalid", object="source.settings.ca_file", details=details)
            raise RopewayError(problem) from None
    if settings.security == "starttls":
        session.start_tls_s()


def _bind(session: Any, settings: Settings, credential: Credential) -> None:
    if isinstance(credential, Password) and settings.security != "gssapi":
        session.simple_bind_s(credential.user, credential.password.reveal())
        return
    session.set_option(ldap.OPT_X_SASL_NOCANON, 1)
    if settings.security == "gssapi":
        session.set_option(ldap.OPT_X_SASL_SSF_MIN, SEALED)
    else:
        session.set_option(ldap.OPT_X_SASL_SSF_MAX, 0)
    with kerberos.ticket(credential, settings):
        session.sasl_interactive_bind_s("", gssapi())
