"""`ropeway up` as it is typed: started, used, stopped, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ropeway.cli.exits import Code
from ropeway.service import links
from tests.fixtures.https import unverified

ANSWERS_AFTER = 2.0
"""Seconds of one core until the first answer (issue 4: within 2 s of its start, where the machine is quiet)."""


@dataclass
class Up:
    """A process, and what it printed."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far (proc(5))."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def client(self) -> httpx2.Client:
        link = links.read(self.told["link"])
        ca = httpx2.get(f"{link.url}/ca.pem", verify=unverified(), trust_env=False).text
        return httpx2.Client(verify=ssl.create_default_context(cadata=ca), base_url=link.url, trust_env=False)

    def ends(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code, and what it said on stderr."""
        self.process.send_signal(number)
        return self.process.wait(60), self.process.stderr.read() if self.process.stderr else ""


Start = Callable[..., Up]


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"XDG_CONFIG_HOME": str(folder / "home")}
    program = [sys.executable, "-m", "ropeway", "--state", str(folder / "ropeway.db"), "--json", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Up]:
    process = command(folder, "up", "--listen", "127.0.0.1:0", *options)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield Up(process, json.loads(line))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def refused(folder: Path, *options: str) -> tuple[int, str]:
    process = command(folder, "up", *options)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_the_first_start_answers_soon_and_lets_an_administrator_in(tmp_path: Path) -> None:
    with started(tmp_path) as up, up.client() as client:
        assert client.get("/login").status_code == 200
        assert up.cpu < ANSWERS_AFTER
        login = command(tmp_path, "login")
        out, err = login.communicate(up.told["link"] + "\n", timeout=60)
        assert (login.returncode, json.loads(out)["name"], err) == (0, "administrator", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_asked_to(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path) as up:
        code, err = up.ends(number)
        assert (code, err) == (0, "Ended. What changes from now on is read at the next start.\n")


def test_an_answer_that_has_begun_when_sigterm_comes_is_given(tmp_path: Path) -> None:
    with started(tmp_path) as up, up.client() as client:
        context: ssl.SSLContext = ssl.create_default_context(cadata=client.get("/ca.pem").text)
        host, port = up.told["listen"].split(":")
        with (
            socket.create_connection((host, int(port)), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            secured.sendall(b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n")
            assert secured.recv(100).startswith(b"HTTP/1.1 100 ")
            up.process.send_signal(signal.SIGTERM)
            while _accepts(host, int(port)):
                pass  # until it takes no new connections
            secured.sendall(b'{"link": "none"')
            assert secured.recv(1000).startswith(b"HTTP/1.1 400 ")
        assert up.process.wait(60) == 0


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def test_systemd_is_told_when_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with started(tmp_path) as up:
            assert told.recv(100) == b"READY=1"
            with up.client() as client:
                assert client.get("/healthz").status_code == 200


def test_settings_that_cannot_be_end_it_with_a_code_after_which_nobody_starts_it_again(tmp_path: Path) -> None:
    (tmp_path / "ropeway.yaml").write_text("listne: 127.0.0.1:0\n")
    code, err = refused(tmp_path, "--config", str(tmp_path / "ropeway.yaml"))
    assert (code, "settings-invalid" in err) == (Code.BEYOND_WAITING, True)


def test_a_second_one_on_the_same_state_is_told_who_runs_and_since_when(tmp_path: Path) -> None:
    with started(tmp_path) as up:
        code, err = refused(tmp_path, "--listen", "127.0.0.1:0")
        assert code == 6
        assert f"process {up.process.pid} has {tmp_path}/ropeway.db since 20" in err
        assert up.told["url"] in err


def test_after_a_kill_it_starts_again_at_once_with_the_same_authority(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        first.process.kill()  # and nobody asks for its exit code: it stays in the list of processes
        with started(tmp_path, "--listen", first.told["listen"]) as second:
            assert second.told["authority"] == first.told["authority"]
            assert second.told["link"] is None


def test_a_port_in_use_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        code, err = refused(tmp_path, "--listen", f"127.0.0.1:{other.getsockname()[1]}")
    assert (code, err.count("\n")) == (1, 1)
    assert "(address-in-use)" in err


def test_a_state_without_its_key_file_is_not_served(tmp_path: Path) -> None:
    with started(tmp_path) as up:
        up.ends()
    (tmp_path / "seal.key").unlink()
    code, err = refused(tmp_path, "--listen", "127.0.0.1:0")
    assert code == Code.BEYOND_WAITING
    assert "(seal-missing)" in err
    assert not (tmp_path / "seal.key").exists()


def test_a_lost_key_file_is_replaced_by_command(tmp_path: Path) -> None:
    with started(tmp_path) as up:
        up.ends()
    (tmp_path / "seal.key").unlink()
    anew = command(tmp_path, "service", "ca", str(tmp_path / "ca.pem"), "--new", "--yes")
    out, err = anew.communicate(timeout=60)
    assert f"a new key file, {tmp_path / 'seal.key'}." in err
    with started(tmp_path) as again:
        assert again.told["authority"] == json.loads(out)["sha256"] != up.told["authority"]
