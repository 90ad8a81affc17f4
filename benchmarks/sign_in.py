"""Sign-ins by refresh token over TLS, each with its two signatures, its rotation and its line in the log."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.process import cpu_seconds

A_SECOND = 300
CORES = 2
CLIENTS, EACH = 8, 100
QUIET = 1.3
"""Milliseconds that two signatures take on the machine for which the bound was set."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure(bench: Bench) -> Iterator[Figure]:
    """Beside what two signatures alone take."""
    bench.say(f"{CLIENTS * EACH} sign-ins by refresh token")
    with bench.throwaway("sign-in") as folder:
        url = tenant.url(folder / "state.db")
        command = [sys.executable, "-m", "benchmarks.sign_in_service", url, str(folder), str(CLIENTS)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            told = json.loads(process.stdout.readline())
            clients = [_Client(told["port"], told["authority"], told["path"], form) for form in told["forms"]]
            try:
                _at_once(clients, 10)
                began, used = time.perf_counter(), cpu_seconds(process.pid)
                _at_once(clients, EACH)
                wall, cpu = time.perf_counter() - began, cpu_seconds(process.pid) - used
            finally:
                process.stdin.close()
    number = CLIENTS * EACH
    each, all_ = cpu / number * 1000, wall / number * 1000
    yield _figure("CPU of a sign-in by refresh token", each, time.process_time, CORES * 1000 / A_SECOND)
    yield _figure(f"a sign-in by refresh token, of {CLIENTS} at once", all_, time.perf_counter, 1000 / A_SECOND)


class _Client:
    """A program that goes on and on with its refresh token, on one connection."""

    def __init__(self, port: int, authority: str, path: str, form: dict[str, str]) -> None:
        context = ssl.create_default_context(cafile=authority)
        self._connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=60)
        self._path, self._form = path, form

    def refresh(self, times: int) -> None:
        for _ in range(times):
            self._connection.request("POST", self._path, urlencode(self._form), FORM)
            answer = self._connection.getresponse()
            told = json.loads(answer.read())
            if answer.status != 200:
                raise RuntimeError(f"a sign-in was refused: {told['error_description']}")
            self._form["refresh_token"] = told["refresh_token"]


def _at_once(clients: Sequence[_Client], times: int) -> None:
    with ThreadPoolExecutor(len(clients)) as pool:
        for one in [pool.submit(client.refresh, times) for client in clients]:
            one.result()


def _two_signatures(clock: Callable[[], float]) -> float:
    """Milliseconds, by a clock."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    began = clock()
    for _ in range(200):
        key.sign(b"x" * 600, padding.PKCS1v15(), hashes.SHA256())
    return (clock() - began) / 100 * 1000


def _figure(what: str, value: float, clock: Callable[[], float], bound: float) -> Figure:
    beside = _two_signatures(clock)
    return Figure(
        what=what, value=value, unit="ms", yardstick="two RSA signatures", beside=beside, bound=round(bound, 1),
        ratio_bound=bound / QUIET, load=load(),
    )  # fmt: skip
