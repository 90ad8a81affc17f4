"""Everything that can go wrong, in one place: code, severity, title, cause, remedy.

A `Problem` is a fact about one object or one job, stored as code and details; the sentence is made when somebody reads
it (`describe`). The catalogue is grouped by where a problem is found: source, rules, target, job.
"""

from __future__ import annotations

from ropeway.model.problems.catalogue import catalogue, cause_of, describe, known, remedy_of, title_of
from ropeway.model.problems.entry import Entry, Severity
from ropeway.model.problems.error import RopewayError
from ropeway.model.problems.problem import Problem, shown

__all__ = [
    "Entry",
    "Problem",
    "RopewayError",
    "Severity",
    "catalogue",
    "cause_of",
    "describe",
    "known",
    "remedy_of",
    "shown",
    "title_of",
]
