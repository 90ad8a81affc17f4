"""The agent's own log: in its folder, in files of bounded size; warnings on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ropeway.agent import files
from ropeway.agent.settings import Trace
from ropeway.telemetry.logs import Lines
from ropeway.telemetry.telling import is_journal

FILE = "agent.log"
LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}

log = logging.getLogger("ropeway.agent")


@contextmanager
def kept(folder: Path, settings: Trace) -> Generator[None]:
    """Within, the log is written; RopewayError where it cannot be."""
    place = folder / files.TRACE
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        file = RotatingFileHandler(
            place / FILE,
            maxBytes=settings.megabytes * 1024 * 1024,
            backupCount=settings.files - 1,
            encoding="utf-8",
        )
    except OSError as error:
        raise files.unreadable(place, error) from None
    file.setFormatter(Lines("text"))
    beside = logging.StreamHandler()
    beside.setLevel(logging.WARNING)
    beside.setFormatter(Lines("text", journal=is_journal(sys.stderr)))
    log.propagate = False
    try:
        for handler in (file, beside):
            log.addHandler(handler)
        yield
    finally:
        for handler in (file, beside):
            log.removeHandler(handler)
            handler.close()


def set_level(level: str) -> None:
    """How much is written from now on: one of `LEVELS`."""
    if log.level != LEVELS[level]:
        log.setLevel(LEVELS[level])
        log.info("the trace level is %s", level)
