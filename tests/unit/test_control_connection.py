"""What a command does with answers of a service that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from ropeway.control.connection import Connection
from ropeway.control.wire.sending import Request
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret


class Busy(ThreadingHTTPServer):
    """A service that has been asked too much, and says when to come again."""

    wait = ""
    asked = 0


class _Answers(BaseHTTPRequestHandler):
    server: Busy  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(429)
        self.send_header("Retry-After", self.server.wait)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - as the base class has it


@pytest.fixture
def busy() -> Iterator[Busy]:
    with Busy(("127.0.0.1", 0), _Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("wait", ["61", "0000000900", "9" * 5000, "-1", "soon", ""])
def test_a_time_to_wait_that_is_too_long_or_none_is_not_waited(busy: Busy, wait: str) -> None:
    busy.wait = wait
    connection = Connection(f"http://127.0.0.1:{busy.server_port}", lambda: Secret("t"), None)
    with pytest.raises(RopewayError), connection.asked(Request("GET", "/v1.0/x", (), {}, None)):
        pass
    connection.close()
    assert busy.asked == 1


def test_a_service_that_is_asked_too_much_for_good_is_given_up(busy: Busy) -> None:
    busy.wait = "0"
    connection = Connection(f"http://127.0.0.1:{busy.server_port}", lambda: Secret("t"), None)
    with pytest.raises(RopewayError), connection.asked(Request("GET", "/v1.0/x", (), {}, None)):
        pass
    connection.close()
    assert busy.asked == 6
