"""What a process says of itself, from its beginning to its end: one call for service, worker and agent."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TextIO

from ropeway.telemetry import logs, tracing
from ropeway.telemetry.logs import Form

JOURNAL = "/run/systemd/journal/stdout"
"""What stderr of a systemd unit is connected to (systemd-journald.service(8))."""


@contextmanager
def telling(role: str, form: Form = "text", *, level: str = "info", otlp: str = "") -> Generator[None, None, None]:
    """Log lines to stderr, in journald's form where it listens; spans to `otlp`, the last ones sent at the end.

    RopewayError `trace-endpoint-unfit` where that address will not do.
    """
    logs.configure(form, level, journal=is_journal(sys.stderr))
    with tracing.exporting(otlp, role):
        yield


def is_journal(stream: TextIO) -> bool:
    """Whether journald reads this stream."""
    with suppress(OSError, ValueError), socket.socket(fileno=os.dup(stream.fileno())) as connected:
        return connected.family == socket.AF_UNIX and connected.getpeername() == JOURNAL
    return False
