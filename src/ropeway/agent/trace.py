"""The agent's own log: in its folder, in files of bounded size, at the level the service says; warnings on stderr."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ropeway.agent import files
from ropeway.agent.settings import Trace

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}

log = logging.getLogger("ropeway.agent")

_FORM = "%(asctime)s %(levelname)s %(threadName)s %(message)s"


def begin(folder: Path, settings: Trace) -> list[logging.Handler]:
    """Open the log; answers what `end` closes."""
    place = folder / files.TRACE
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        file = RotatingFileHandler(
            place / "agent.log",
            maxBytes=settings.megabytes * 1024 * 1024,
            backupCount=settings.files - 1,
            encoding="utf-8",
        )
    except OSError as error:
        raise files.unreadable(place, error) from None
    beside = logging.StreamHandler()
    beside.setLevel(logging.WARNING)
    for handler in (file, beside):
        handler.setFormatter(logging.Formatter(_FORM))
        log.addHandler(handler)
    log.propagate = False
    set_level("info")
    return [file, beside]


def set_level(level: str) -> None:
    """How much is written from now on; a level that is not known changes nothing."""
    if level in LEVELS and log.level != LEVELS[level]:
        log.setLevel(LEVELS[level])
        log.info("the trace level is %s", level)


def end(handlers: list[logging.Handler]) -> None:
    """Close the log."""
    for handler in handlers:
        log.removeHandler(handler)
        handler.close()
