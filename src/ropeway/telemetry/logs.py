"""The one place that configures logging, for service, worker and agent: structured lines with correlation ids.

`logging` and `structlog` end in the same handler; fields are given as `extra={…}` or as keyword arguments.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import structlog

from ropeway.telemetry.correlation import ids
from ropeway.telemetry.rendering import as_json, for_people, told

Form = Literal["json", "text"]

QUIET = ("alembic", "asyncio", "httpcore2", "httpx2", "opentelemetry", "procrastinate", "urllib3", "websockets")
"""Libraries whose own remarks, some of them with whole addresses, are shown from `warning` on alone."""

SILENT = ("uvicorn.access",)
"""Replaced by one line a request (`service.operating.observed`): it would tell query strings."""

PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Of syslog, as journald reads it from the beginning of a line (sd-daemon(3))."""

_OF_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def configure(form: Form, level: str = "info", *, stream: TextIO | None = None, journal: bool = False) -> None:
    """Send every line to the stream (stderr). `journal`: journald reads it, and has the time of each line itself."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(form, journal=journal))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        silent = logging.getLogger(name)
        silent.handlers, silent.propagate = [], False
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


class Lines(logging.Formatter):
    """Log records as lines; for handlers of one's own, as an agent's file."""

    def __init__(self, form: Form, *, journal: bool = False) -> None:
        super().__init__()
        self._form = form
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines where there is a traceback for people."""
        fields = self._fields(record)
        line = as_json(fields) if self._form == "json" else for_people(fields)
        if not self._journal:
            return line
        mark = f"<{PRIORITY.get(record.levelname.lower(), 6)}>"
        return "\n".join(mark + each for each in line.split("\n"))

    def _fields(self, record: logging.LogRecord) -> Mapping[str, Any]:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields: dict[str, Any] = {} if self._journal else {"time": f"{moment}.{int(record.msecs):03}Z"}
        fields |= {"level": record.levelname.lower(), "event": record.getMessage(), "logger": record.name}
        fields |= ids()
        fields |= {k: v for k, v in vars(record).items() if k not in _OF_RECORD and k not in fields}
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"] = told(record.exc_info[1])
        return fields
