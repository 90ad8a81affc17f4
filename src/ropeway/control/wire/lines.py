"""An answer that is told line by line (NDJSON), on the side that reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ropeway.control.protocol import FindingView, OnProgress, Progress
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError


class Line(msgspec.Struct, frozen=True):
    """One line; a line without any of these says that nothing is wrong."""

    errand: int | None = None
    """The number under which the answer can be asked for again."""
    progress: Progress | None = None
    finding: FindingView | None = None
    part: int | None = None
    """The findings since the last such line are a part of this number."""
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    problem: Problem | None = None


@dataclass(slots=True)
class Answer:
    """What is known of an answer so far; it may come over several connections."""

    progress: OnProgress | None
    each: Callable[[FindingView], None] | None
    errand: int | None = None
    part: int = 0
    heard: float = field(default_factory=time.monotonic)
    """When something was heard last."""
    _findings: list[FindingView] = field(default_factory=list[FindingView])

    def take(self, pieces: Iterable[bytes]) -> msgspec.Raw | None:
        """Read on; the result once it is there, None where the connection ended before. RopewayError for a problem."""
        self._findings.clear()
        for text in _lines(pieces):
            self.heard = time.monotonic()
            line = msgspec.json.decode(text, type=prepared(Line))
            if line.problem is not None:
                raise RopewayError(line.problem)
            if line.result is not msgspec.UNSET:
                return line.result
            self._note(line)
        return None

    def _note(self, line: Line) -> None:
        if line.errand is not None:
            self.errand = line.errand
        if line.progress is not None and self.progress is not None:
            self.progress(line.progress)
        if line.finding is not None:
            self._findings.append(line.finding)
        if line.part is not None:
            self.part = line.part
            for finding in self._findings if self.each is not None else ():
                self.each(finding)  # pyright: ignore[reportOptionalCall] - looked at above
            self._findings.clear()


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines; what a cut connection left of the last is not one."""
    begun: list[bytes] = []
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for line in whole:
            text = b"".join([*begun, line])
            begun.clear()
            if text:
                yield text
        if rest:
            begun.append(rest)


def decoded(result: bytes | msgspec.Raw, type_: Any) -> Any:
    """A result as Control answers it."""
    return msgspec.json.decode(result, type=prepared(type_))
