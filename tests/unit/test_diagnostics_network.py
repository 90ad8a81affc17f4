"""The way to a service, checked step by step: each failure is named where it happens."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ropeway.diagnostics import network
from ropeway.diagnostics.checks import Check, run
from ropeway.diagnostics.finding import Finding
from ropeway.diagnostics.network import Way
from ropeway.model.problems import describe
from ropeway.model.secret import Secret
from tests.fixtures.certificates import Served, served

WELL = b"HTTP/1.1 200 OK\r\nDate: Sun, 29 Nov 2026 04:00:00 GMT\r\nContent-Length: 0\r\n\r\n"
DATE = 1795924800.0
"""The time that it says, in seconds since 1970."""
Serve = Callable[[socket.socket], None]


@contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """A port of this machine, each connection served by a function."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=guarded, args=(connection,), daemon=True).start()

        def guarded(connection: socket.socket) -> None:
            with connection:
                try:
                    serve(connection)
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def saying(context: ssl.SSLContext, words: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(words)

    return serve


def proxying(to: int, wanted: bytes = b"") -> Serve:
    """A proxy that leads to one port, for whoever says `wanted`."""

    def pump(a: socket.socket, b: socket.socket) -> None:
        try:
            while part := a.recv(65536):
                b.sendall(part)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def serve(connection: socket.socket) -> None:
        if wanted not in connection.recv(4096):
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", to)) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(there, connection), daemon=True)
            back.start()
            pump(connection, there)
            back.join(5)

    return serve


@pytest.fixture
def certificates(tmp_path: Path) -> Served:
    return served(tmp_path)


def found(way: Way, now: float = DATE) -> dict[str, Finding]:
    return {finding.check: finding for finding in run(network.checks(way, lambda: now))}


def failed(findings: dict[str, Finding]) -> tuple[str, str]:
    """The first check that failed, and its problem's code."""
    return next((f.check, f.problem.code) for f in findings.values() if f.status == "failed" and f.problem)


def test_a_service_that_is_well(certificates: Served) -> None:
    with listening(saying(certificates.context(), WELL)) as port:
        findings = found(Way(f"https://localhost:{port}", str(certificates.authority)))
    assert [f.status for f in findings.values()] == ["ok"] * 5
    assert findings["certificate of the service"].found.startswith("TLSv1.3, trusted, until ")


def test_clocks_that_differ_are_worth_a_word(certificates: Served) -> None:
    with listening(saying(certificates.context(), WELL)) as port:
        clock = found(Way(f"https://localhost:{port}", str(certificates.authority)), DATE + 86_400)["clock"]
    assert (clock.status, clock.problem and clock.problem.details) == ("warning", {"seconds": "86,400"})


def test_a_name_that_nobody_knows() -> None:
    findings = found(Way("https://nobody.invalid:8443"))
    assert failed(findings) == ("name of the service", "name-not-found")
    assert [f.status for f in findings.values()][1:] == ["skipped"] * 4


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert failed(found(Way(f"https://127.0.0.1:{port}"))) == ("port of the service", "port-closed")


def test_a_certificate_of_somebody_else_names_its_signer(certificates: Served) -> None:
    with listening(saying(certificates.context(), WELL)) as port:
        findings = found(Way(f"https://localhost:{port}"))
    assert failed(findings) == ("certificate of the service", "service-certificate-not-trusted")
    problem = findings["certificate of the service"].problem
    assert problem is not None
    assert "It is signed by CN=Authority of a test" in describe(problem)


def test_something_that_speaks_no_tls() -> None:
    with listening(lambda connection: connection.sendall(b"220 mail ready\r\n")) as port:
        assert failed(found(Way(f"https://localhost:{port}"))) == ("certificate of the service", "no-tls")


def test_something_that_speaks_no_http(certificates: Served) -> None:
    with listening(saying(certificates.context(), b"* OK IMAP ready\r\n")) as port:
        findings = found(Way(f"https://localhost:{port}", str(certificates.authority)))
    assert failed(findings) == ("answer of the service", "service-says-nonsense")


def test_a_service_that_is_not_well(certificates: Served) -> None:
    with listening(saying(certificates.context(), b"HTTP/1.1 503 Service Unavailable\r\n\r\n")) as port:
        findings = found(Way(f"https://localhost:{port}", str(certificates.authority)))
    assert failed(findings) == ("answer of the service", "service-not-well")


def test_through_a_proxy_that_wants_to_know_who_asks(certificates: Served) -> None:
    with (
        listening(saying(certificates.context(), WELL)) as port,
        listening(proxying(port, b"Basic em9lOnNlc2Ft")) as at,
    ):
        way = Way(f"https://localhost:{port}", str(certificates.authority), f"http://127.0.0.1:{at}")
        refused = found(way)
        known = Way(way.url, way.ca_file, way.proxy, "zoe", Secret("sesame"))
        let_in = found(known)
    assert failed(refused) == ("way through the proxy", "proxy-wants-credentials")
    assert [f.status for f in let_in.values()] == ["ok"] * 6
    assert "sesame" not in repr(known) + repr(let_in)


def test_a_proxy_that_forbids_it() -> None:
    with listening(lambda c: (c.recv(4096), c.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n"))[1]) as at:
        findings = found(Way("https://ropeway.contoso.test", proxy=f"http://127.0.0.1:{at}"))
    assert failed(findings) == ("way through the proxy", "proxy-refuses")


def test_a_check_that_crashes_is_a_finding() -> None:
    [crashed, after] = run([Check("sum", lambda: str(1 // 0)), Check("next", lambda: "fine", "sum")])
    assert (crashed.status, crashed.problem and crashed.problem.code) == ("failed", "check-crashed")
    assert after.status == "skipped"
