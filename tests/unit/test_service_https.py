"""HTTPS as it is answered: whom clients trust, what every answer says, what is refused."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from ropeway.service.app import RequestIds, application
from ropeway.service.http import bounds, connection, lingering, serve
from ropeway.service.http.bounds import Bounds
from tests.fixtures.gateway import wait_until
from tests.fixtures.https import RunningService, a_service, answering, unverified


def raw(running: RunningService, request: bytes) -> bytes:
    """What comes back for these bytes, until the service closes or says nothing for a second."""
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, unverified().wrap_socket(plain) as secured:
        secured.sendall(request)
        return received(secured)


def received(secured: ssl.SSLSocket) -> bytes:
    secured.settimeout(1)
    found = b""
    try:
        while part := secured.recv(65536):
            found += part
    except (TimeoutError, ConnectionError):
        pass
    return found


# whom to trust


def test_whoever_trusts_the_service_s_authority_is_answered(service: RunningService) -> None:
    with service.client() as client:
        assert client.get("/login").status_code == 200


def test_the_authority_of_another_service_is_of_no_use_here(service: RunningService, tmp_path: Path) -> None:
    with a_service(tmp_path / "other") as other:
        client = httpx2.Client(verify=ssl.create_default_context(cadata=other.ca), trust_env=False)
    with client, pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
        client.get(f"{service.url}/login")


def test_the_system_s_authorities_do_not_vouch_for_it(service: RunningService) -> None:
    with pytest.raises(httpx2.ConnectError, match=r"self-signed|unable to get local issuer"):
        httpx2.get(f"{service.url}/login", trust_env=False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", socket.gethostname()])
def test_its_certificate_is_good_for_every_name_of_the_machine(service: RunningService, host: str) -> None:
    context = ssl.create_default_context(cadata=service.ca)
    port = int(service.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain, server_hostname=host) as s:
        assert s.version() == "TLSv1.3"


def test_old_versions_of_tls_are_refused(service: RunningService) -> None:
    context = unverified()
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    port = int(service.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plain)


def test_plain_http_is_not_answered(service: RunningService) -> None:
    port = int(service.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" not in plain.recv(100)


# what every answer says


def test_every_answer_keeps_browsers_from_guessing_framing_and_remembering(service: RunningService) -> None:
    with service.client() as client:
        for path in ("/login", "/ca.pem", "/nowhere"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["strict-transport-security"] == "max-age=31536000"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "server" not in headers


def test_localhost_is_not_made_https_only_for_all_other_programs(service: RunningService) -> None:
    answer = raw(service, b"GET /login HTTP/1.1\r\nHost: localhost:8443\r\nConnection: close\r\n\r\n")
    assert b"200 OK" in answer
    assert b"strict-transport-security" not in answer


def test_an_answer_does_not_wait_for_the_client_s_kernel(service: RunningService) -> None:
    with service.client() as client:
        client.get("/login")
        times = sorted(_seconds(lambda: client.get("/login")) for _ in range(20))
    assert times[0] < 0.035, "the fastest of twenty; 40 ms is what a delayed acknowledgement takes"


def _seconds(what: Callable[[], object]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


# what is refused


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /login HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n",
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"GET /login HTTP/7.3\r\n\r\n",
        b"\x16\x03\x01 nonsense\r\n\r\n",
        b"GET /login\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["header", "headers", "target", "space", "nul", "version", "tls", "path", "lengths", "smuggling", "negative"],
)
def test_a_malformed_or_oversized_head_is_refused_and_the_connection_closed(
    service: RunningService, request_: bytes
) -> None:
    answer = raw(service, request_)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_head_that_never_ends_is_refused_while_it_comes(service: RunningService) -> None:
    port = int(service.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, unverified().wrap_socket(plain) as secured:
        secured.sendall(b"GET /login HTTP/1.1\r\nX: ")
        for _ in range(20):
            try:
                secured.sendall(b"a" * 4096)
            except (ConnectionError, ssl.SSLError):
                break
        assert received(secured).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/../login", 400),
        ("/login/../ca.pem", 400),
        ("/%2e%2e/ca.pem", 400),
        ("/login%00", 400),
        ("/login%0d%0aX: y", 400),
        ("/" + "a" * 5000, 400),
        ("//login", 404),
        ("/login/", 404),
        ("/%6cogin", 200),
        ("/LOGIN", 404),
        ("/..%5c..%5cetc", 404),
        ("/%252e%252e/", 404),
    ],
)
def test_paths_lead_to_what_they_name_or_nowhere(service: RunningService, path: str, status: int) -> None:
    request = f"GET {path.replace(' ', '%20')} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert int(raw(service, request.encode()).split()[1]) == status


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(service: RunningService) -> None:
    answer = raw(service, b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"request-too-large" in answer
    assert b"connection: close" in answer


def test_a_body_that_grows_too_large_is_refused_while_it_comes(service: RunningService) -> None:
    chunks = b"400\r\n" + b"a" * 1024 + b"\r\n"
    answer = raw(service, b"POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks * 8)
    assert answer.startswith(b"HTTP/1.1 413 ")


# patience


async def _echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes from {request.client.host if request.client else ''}")


ROUTES: list[BaseRoute] = [Route("/", _echo, methods=["GET", "POST"])]


def test_a_client_that_says_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.2)
    with answering(tmp_path, application(ROUTES)) as server:
        for begun in (b"", b"GET / HTTP/1.1\r\nHos", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /"):
            with server.connect() as secured:
                secured.sendall(begun)
                secured.settimeout(20)
                while secured.recv(65536):
                    pass  # ends when the service closes


def test_a_client_that_sends_its_body_too_slowly_is_refused(tmp_path: Path) -> None:
    app = RequestIds(Bounds(application(ROUTES), grace=0.2))
    with answering(tmp_path, app) as server, server.connect() as secured:
        secured.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        secured.settimeout(20)
        answer = secured.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"only 3 bytes arrived in 0 seconds" in answer + received(secured)


def test_a_client_that_takes_its_time_within_bounds_is_answered(tmp_path: Path) -> None:
    with answering(tmp_path, application(ROUTES)) as server, server.connect() as secured:
        for part in (b"POST / HTTP/1.1\r\n", b"Host: a\r\n", b"Content-Length: 3\r\n\r\n", b"a", b"bc"):
            secured.sendall(part)
            time.sleep(0.02)
        assert b"3 bytes" in received(secured)


def test_a_client_that_does_not_take_its_answer_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TAKEN_WITHIN", 0.2)
    monkeypatch.setattr(serve, "GOODBYE_WITHIN", 0.2)
    size = 50_000_000

    def endless(_request: Request) -> Response:
        return StreamingResponse(bytes(1_000_000) for _ in range(size // 1_000_000))

    with answering(tmp_path, application([Route("/", endless)])) as server, server.connect() as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(1)  # as long as it takes nothing
        assert len(received(secured)) < size


def is_cut(secured: ssl.SSLSocket, part: bytes) -> bool:
    """Whether the other end takes nothing any more."""
    try:
        secured.sendall(part)
    except OSError:
        return True
    return False


def large(_request: Request) -> Response:
    """Without a length: its last chunk alone tells where it ends."""
    return StreamingResponse(bytes(1_000_000) for _ in range(8))


def test_a_slow_client_gets_its_answer_to_the_end_although_its_body_does_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "LINGER", 0.2)
    size = 8_000_000

    def whole(_request: Request) -> Response:
        return Response(bytes(size))

    with answering(tmp_path, application([Route("/", whole)])) as server, server.connect(window=65536) as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
        found = 0
        while found < size:
            time.sleep(0.005)  # it is slow
            part = secured.recv(65536)
            assert part, f"cut off after {found:,} bytes"
            found += part.count(b"\0")


def read_chunks(secured: socket.socket) -> None:
    """A chunked answer, to its end."""
    found = b""
    while not found.endswith(b"\r\n0\r\n\r\n"):
        part = secured.recv(65536)
        assert part, f"cut off after {len(found):,} bytes"
        found += part


def test_an_answer_ends_before_the_rest_of_the_body_was_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "LINGER", 60.0)
    with answering(tmp_path, application([Route("/", large)])) as server, server.connect() as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        secured.settimeout(20)
        read_chunks(secured)
        secured.sendall(b"defghij" + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert secured.recv(65536) == b"", "it closes as soon as the body ends, and answers nothing more"


def test_who_sends_without_end_is_let_go_once_the_answer_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "LINGER", 0.2)
    with answering(tmp_path, application([Route("/", large)])) as server, server.connect() as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        read_chunks(secured)
        wait_until(lambda: is_cut(secured, b"400\r\n" + b"a" * 1024 + b"\r\n"), "the connection is cut")


def test_who_takes_nothing_of_the_answer_is_let_go_with_the_body_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "LINGER", 0.1)
    monkeypatch.setattr(lingering, "TAKEN_WITHIN", 0.3)
    monkeypatch.setattr(bounds, "TAKEN_WITHIN", 0.3)
    with answering(tmp_path, application([Route("/", large)])) as server, server.connect(window=65536) as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        wait_until(lambda: is_cut(secured, b"a"), "the connection is cut")


# who is asking


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        ((), "203.0.113.7", "127.0.0.1"),
        (("127.0.0.0/8",), "203.0.113.7", "203.0.113.7"),
        (("127.0.0.0/8",), "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (("10.0.0.0/8",), "203.0.113.7", "127.0.0.1"),
    ],
    ids=["nobody is trusted", "the balancer is", "what a client adds is not", "another network is"],
)
def test_a_client_s_address_is_taken_from_trusted_proxies_alone(
    tmp_path: Path, proxies: tuple[str, ...], told: str, seen: str
) -> None:
    with answering(tmp_path, application(ROUTES), proxies) as server:
        url, headers = f"https://localhost:{server.port}/", {"X-Forwarded-For": told}
        answer = httpx2.get(url, verify=server.context(), trust_env=False, headers=headers)
    assert answer.text == f"0 bytes from {seen}"


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        ((), "203.0.113.7", "127.0.0.1"),
        (("127.0.0.0/8",), "203.0.113.7", "203.0.113.7"),
        (("127.0.0.1",), "::ffff:203.0.113.7", "203.0.113.7"),
        (("127.0.0.1",), "2001:db8::7", "2001:db8::7"),
        (("::1/128", "10.0.0.0/8"), "203.0.113.7", "127.0.0.1"),
    ],
)
def test_a_client_of_ipv4_has_its_own_address_at_a_socket_for_both(
    tmp_path: Path, proxies: tuple[str, ...], told: str, seen: str
) -> None:
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::ffff:127.0.0.1", 0))
    listener.listen()
    with answering(tmp_path, application(ROUTES), proxies, listener) as server:
        url, headers = f"https://localhost:{server.port}/", {"X-Forwarded-For": told}
        answer = httpx2.get(url, verify=server.context(), trust_env=False, headers=headers)
    assert answer.text == f"0 bytes from {seen}"


# the end


def test_what_is_being_answered_when_the_end_comes_is_answered(tmp_path: Path) -> None:
    asked, go = threading.Event(), threading.Event()

    def slow(_request: Request) -> Response:
        asked.set()
        go.wait(20)
        return PlainTextResponse("done")

    with answering(tmp_path, application([Route("/slow", slow)])) as server, server.connect() as secured:
        secured.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert asked.wait(20)
        server.stop.set()
        assert server.stopping.wait(20), "whatever waits for something is told"
        go.set()
        secured.settimeout(20)
        answer = b"".join(iter(lambda: secured.recv(65536), b""))
        assert answer.endswith(b"done")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))
