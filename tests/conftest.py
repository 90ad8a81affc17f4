"""Real servers for every test; see tests/fixtures."""

import os
import signal

from hypothesis import HealthCheck, settings

from tests.fixtures import memory

pytest_plugins = [
    "tests.fixtures.addresses",
    "tests.fixtures.samba",
    "tests.fixtures.postgres",
    "tests.fixtures.https",
]

if "TMPDIR" not in os.environ and (folder := memory.room()):
    os.environ["TMPDIR"] = folder
    """Before anything asks for a temporary folder; workers and other children have it from here."""

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
"""Other work may slow it; what may take how long is for the benchmarks."""


def pytest_sessionstart() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored, and children would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
