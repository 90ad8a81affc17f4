"""The sign-in pages in Chromium, with keys alone, with and without script."""

from __future__ import annotations

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ropeway.control.protocol import ApplicationView
from ropeway.model.secret import Secret
from tests.fixtures.chromium import PROGRAM, Chromium, chromium
from tests.unit.sign_in_office import PASSWORD, Office, office
from tests.unit.test_sign_in_pages import ANNA, READ, asked, desktop
from tests.unit.test_sign_in_tricks import shown

__all__ = ["desktop", "office"]

pytestmark = pytest.mark.skipif(not PROGRAM, reason="there is no Chromium: apt-get install chromium")


class Program:
    """A program on this machine that waits for its answer."""

    def __init__(self) -> None:
        told: list[dict[str, str]] = []
        self.told = told

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told.append({name: one[0] for name, one in parse_qs(urlsplit(self.path).query).items()})
                self._answer()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                told.append({name: one[0] for name, one in parse_qs(body).items()})
                self._answer()

            def _answer(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(b"<h1>Back</h1>")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the standard library has it
                """Nothing is to be said."""

        self.server = HTTPServer(("localhost", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/back"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def program(office: Office, desktop: ApplicationView) -> Generator[Program]:
    office.control.set_redirects("Desktop", add=["http://localhost/back"])
    made = Program()
    yield made
    made.close()


@pytest.fixture
def window(tmp_path: Path) -> Generator[Chromium]:
    with chromium(tmp_path / "chromium") as opened:
        yield opened


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_somebody_signs_in_with_keys_alone(
    office: Office, desktop: ApplicationView, program: Program, window: Chromium, mode: str, script: bool
) -> None:
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=True)
    if not script:
        window.without_script()
    window.go(asked(office, desktop, redirect_uri=program.url, response_mode=mode, scope=f"openid {READ}"))
    window.wait_for("Sign in", focus="#username")
    window.write(ANNA)
    window.press("Tab")
    window.write("wrong")
    window.press("Enter")
    window.wait(lambda one: one.is_there("[role=alert]") and one.is_there("#password:focus"))
    window.write(PASSWORD)
    window.press("Enter")
    window.wait_for("Choose a new password", focus="#new")
    window.write("Another-Horse-8")
    window.press("Tab")
    window.write("Another-Horse-8")
    window.press("Enter")
    window.wait_for("Permissions requested")
    window.press("Tab", "Enter")
    if mode == "form_post" and not script:
        window.wait_for("Signing in")
        window.press("Tab", "Enter")
    window.wait(lambda one: "<h1>Back</h1>" in one.html)
    (told,) = filter(None, program.told)  # it is asked for an icon, too
    assert office.post(**shown(desktop, told["code"], redirect_uri=program.url)).status_code == 200
    assert [one for one in window.complaints if "Content Security Policy" in one] == []
