"""The way to an HTTPS service, step by step, directly or through an HTTP proxy."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ropeway.diagnostics.checks import Check
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret

TIMEOUT = 10.0
LONGEST_HEAD = 16_384
"""Bytes of an answer's head that are read at most."""
CLOCKS_APART = 300.0
"""Seconds between the clocks of both ends that are worth a word."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where to go, and through what."""

    url: str
    """`https://ropeway.contoso.com:8443`."""
    ca_file: str | None = None
    """PEM file of the authority to trust; none means the system's authorities."""
    proxy: str | None = None
    """`http://proxy.contoso.com:3128`."""
    proxy_user: str | None = None
    proxy_password: Secret[str] | None = None
    path: str = "/healthz"
    """What is asked for at the end."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 443

    @property
    def first(self) -> tuple[str, int]:
        """Where the first connection goes: to the proxy, or to the service itself."""
        parts = urlsplit(self.proxy or self.url)
        return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)


def checks(way: Way, clock: Callable[[], float] = time.time) -> Sequence[Check]:
    """Name, port, proxy, certificate, answer and clock."""
    whose = "proxy" if way.proxy else "service"
    name, port, tunnel = f"name of the {whose}", f"port of the {whose}", "way through the proxy"
    steps = [Check(name, lambda: _resolve(way)), Check(port, lambda: _connect(way), name)]
    if way.proxy:
        steps.append(Check(tunnel, lambda: _through(way), port))
    before = tunnel if way.proxy else port
    return (
        *steps,
        Check("certificate of the service", lambda: _certificate(way), before),
        Check("answer of the service", lambda: _answer(way), "certificate of the service"),
        Check("clock", lambda: _clock(way, clock), "answer of the service"),
    )


def _resolve(way: Way) -> str:
    host, port = way.first
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RopewayError(Problem("name-not-found", host, details={"reason": error.strerror or str(error)})) from None
    return ", ".join(dict.fromkeys(str(address[4][0]) for address in found))


def _connect(way: Way) -> str:
    with _opened(way):
        return "open"


def _opened(way: Way) -> socket.socket:
    host, port = way.first
    try:
        return socket.create_connection((host, port), TIMEOUT)
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise RopewayError(Problem("port-closed", f"{host}:{port}", details={"reason": reason})) from None


def _through(way: Way) -> str:
    with _tunnel(way):
        return "lets it through"


def _tunnel(way: Way) -> socket.socket:
    """A connection to the service: the proxy's, once it said yes to CONNECT (RFC 9110 9.3.6), or a direct one."""
    connection = _opened(way)
    if not way.proxy:
        return connection
    try:
        target = f"{way.host}:{way.port}"
        head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{_credentials(way)}\r\n"
        connection.sendall(head.encode("ascii"))
        status, line, _ = _head(connection)
    except BaseException:
        connection.close()
        raise
    if status == 200:
        return connection
    connection.close()
    code = "proxy-wants-credentials" if status == 407 else "proxy-refuses"
    raise RopewayError(Problem(code, way.proxy, details={"said": shown(line), "target": target}))


def _credentials(way: Way) -> str:
    if way.proxy_user is None:
        return ""
    password = way.proxy_password.reveal() if way.proxy_password else ""
    return f"Proxy-Authorization: Basic {base64.b64encode(f'{way.proxy_user}:{password}'.encode()).decode()}\r\n"


def _head(connection: socket.socket) -> tuple[int, str, dict[str, str]]:
    """Status, first line and headers of an answer; `service-says-nonsense` for what is no HTTP."""
    raw = b""
    while b"\r\n\r\n" not in raw and len(raw) < LONGEST_HEAD:
        part = connection.recv(4096)
        if not part:
            break
        raw += part
    first, *rest = raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/") or not parts[1].isdigit():
        raise RopewayError(Problem("service-says-nonsense", details={"said": shown(first)}))
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return int(parts[1]), first, headers


def _secured(way: Way) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=way.ca_file)
    connection = _tunnel(way)
    try:
        return context.wrap_socket(connection, server_hostname=way.host)
    except ssl.SSLCertVerificationError as error:
        details = {"reason": error.verify_message, "issuer": _issuer(way), "ca": way.ca_file or "the system's"}
        raise RopewayError(Problem("service-certificate-not-trusted", way.host, details=details)) from None
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise RopewayError(Problem("no-tls", f"{way.host}:{way.port}", details={"reason": shown(reason)})) from None
    finally:
        connection.close()


def _issuer(way: Way) -> str:
    """Who signed the certificate that is shown, believed or not: it names the proxy that inspects."""
    from cryptography import x509

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # to look at it; nothing is sent
    try:
        with _tunnel(way) as connection, context.wrap_socket(connection, server_hostname=way.host) as shown_by:
            raw = shown_by.getpeercert(binary_form=True) or b""
        return shown(x509.load_der_x509_certificate(raw).issuer.rfc4514_string())
    except (OSError, ValueError, RopewayError):
        return "?"


def _certificate(way: Way) -> str:
    with _secured(way) as connection:
        found = connection.getpeercert() or {}
        return f"{connection.version()}, trusted, until {found.get('notAfter', '?')}"


def _asked(way: Way) -> tuple[int, str, dict[str, str]]:
    with _secured(way) as connection:
        connection.settimeout(TIMEOUT)
        ask = f"GET {way.path} HTTP/1.1\r\nHost: {way.host}:{way.port}\r\nConnection: close\r\n\r\n"
        try:
            connection.sendall(ask.encode("ascii"))
            return _head(connection)
        except OSError as error:
            reason = shown(error.strerror or str(error))
            raise RopewayError(Problem("no-tls", f"{way.host}:{way.port}", details={"reason": reason})) from None


def _answer(way: Way) -> str:
    status, line, _ = _asked(way)
    if status != 200:
        raise RopewayError(Problem("service-not-well", way.url, details={"said": shown(line)}))
    return line


def _clock(way: Way, clock: Callable[[], float]) -> str | Problem:
    _, _, headers = _asked(way)
    try:
        there = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return "the service does not say"
    apart = clock() - there
    if abs(apart) > CLOCKS_APART:
        return Problem("clocks-apart", way.host, details={"seconds": f"{abs(apart):,.0f}"})
    return f"within {max(1, round(abs(apart)))} s"
