"""Where a browser comes back to after a sign-in: a port of this machine that answers once (RFC 8252 7.3)."""

from __future__ import annotations

import hmac
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from ropeway.cli.exits import Code, Refused
from ropeway.model.problems import shown

PATIENCE = 600.0
"""Seconds for somebody to sign in."""

PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ropeway</title></head>
<body><p>The command line goes on. You can close this window.</p></body></html>
"""


class Loopback:
    """Listens on 127.0.0.1 alone, and takes the first answer that has the state which it was asked with."""

    def __init__(self, state: str, issuer: str) -> None:
        self._state, self._issuer = state, issuer
        self._said: dict[str, str] | None = None
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self._server.timeout = 0.5
        self.uri = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.server_close()

    def wait(self, patience: float = PATIENCE) -> str:
        """The code that the browser brings; `Refused` for a no, or where nobody comes."""
        ends = time.monotonic() + patience
        while self._said is None:
            if time.monotonic() > ends:
                raise Refused("Nobody signed in. Without a browser here: ropeway login --device-code", Code.FAILED)
            self._server.handle_request()
        if "code" not in self._said:
            words = shown(self._said.get("error_description", "") or self._said.get("error", ""))
            raise Refused(f"The service does not sign you in: {words}", Code.FAILED)
        return self._said["code"]

    def _take(self, path: str) -> bool:
        """Whether a request is the answer: of the service that was asked, to this very question (RFC 9207)."""
        parts = urlsplit(path)
        said = {name: values[0] for name, values in parse_qs(parts.query).items() if len(values) == 1}
        own = hmac.compare_digest(said.get("state", "").encode(), self._state.encode())
        if parts.path != "/" or not own or said.get("iss") != self._issuer:
            return False
        self._said = said
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            """One request of a browser."""

            timeout = 5

            def do_GET(self) -> None:
                """The answer, or anything else that somebody sends to this port."""
                good = take(self.path)
                self.send_response(200 if good else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(PAGE if good else b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
                """Nowhere: it has the code."""

        return Handler
