"""One measured figure, its yardstick and its bound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a bound holds, and by what."""

    BY_FIGURE = "yes"
    BY_RATIO = "yes, by the ratio"
    NO = "**no**"
    NOT_JUDGED = "not judged: small sizes"
    NO_BOUND = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, and what the yardstick took in the same minute, in the same unit."""

    what: str
    value: float
    unit: str
    """s, ms, MB, or nothing for a ratio of two figures."""
    yardstick: str
    beside: float
    bound: float | None = None
    """At most this, in the same unit, on a quiet 2-core machine."""
    ratio_bound: float | None = None
    """At most this many times the yardstick, on any machine."""
    load: float = 0.0
    """Load average of the last minute, when the measurement was over."""

    @property
    def ratio(self) -> float:
        """How many times the yardstick."""
        return self.value / self.beside if self.beside else float("inf")

    def verdict(self, *, judged: bool = True) -> Verdict:
        """By the figure; where that is too large for this machine, by the ratio."""
        if self.bound is None and self.ratio_bound is None:
            return Verdict.NO_BOUND
        if not judged:
            return Verdict.NOT_JUDGED
        if self.bound is not None and self.value <= self.bound:
            return Verdict.BY_FIGURE
        if self.ratio_bound is not None and self.ratio <= self.ratio_bound:
            return Verdict.BY_RATIO
        return Verdict.NO


@dataclass(frozen=True, slots=True)
class Failed:
    """A part of the benchmark that could not be measured, and why."""

    what: str
    why: str


Row = Figure | Failed
