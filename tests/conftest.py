"""Real servers for every test; see tests/fixtures."""

import signal

pytest_plugins = [
    "tests.fixtures.addresses",
    "tests.fixtures.samba",
    "tests.fixtures.postgres",
    "tests.fixtures.https",
]


def pytest_sessionstart() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored, and children would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
