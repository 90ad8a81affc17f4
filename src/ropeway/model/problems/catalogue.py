"""The list of all problems, and the words for the person who must act."""

from __future__ import annotations

from functools import cache

from ropeway.model.problems import (
    agents,
    diagnostics,
    graph,
    job,
    lab,
    ldif,
    lifecycle,
    operating,
    remote,
    report,
    roles,
    rules,
    schemas,
    service,
    serving,
    sign_in,
    source,
    target,
    work,
)
from ropeway.model.problems.entry import Entry, Severity
from ropeway.model.problems.problem import Problem

PARTS = (
    source,
    ldif,
    roles,
    rules,
    schemas,
    target,
    job,
    lifecycle,
    report,
    lab,
    service,
    diagnostics,
    agents,
    graph,
    operating,
    remote,
    serving,
    sign_in,
    work,
)
"""By where a problem is found."""


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def catalogue() -> dict[str, Entry]:
    """Every entry by its code."""
    return {e.code: e for part in PARTS for e in part.ENTRIES}


def known(code: str) -> Entry:
    """The entry of a code; a code that is in no list is a defect and says so."""
    missing = Entry(code, Severity.ERROR, code, "Unknown problem code.", "Report this as a defect of Ropeway.")
    return catalogue().get(code, missing)


def _filled(text: str, problem: Problem) -> str:
    words = _Blank(object=problem.object, attribute=problem.attribute, value=problem.value)
    words.update(problem.details)
    return text.format_map(words)


def title_of(problem: Problem) -> str:
    """What happened, in a few words."""
    return _filled(known(problem.code).title, problem)


def cause_of(problem: Problem) -> str:
    """Why it is so."""
    return _filled(known(problem.code).cause, problem)


def remedy_of(problem: Problem) -> str:
    """What to do about it."""
    return _filled(known(problem.code).remedy, problem)


def describe(problem: Problem) -> str:
    """One sentence each: what, on which object and attribute with which value, why, and what to do."""
    entry = known(problem.code)
    where = " · ".join(
        part
        for part in (
            problem.object,
            problem.attribute and f"attribute {problem.attribute}",
            problem.value and f"value “{problem.value}”",
        )
        if part
    )
    head = _filled(entry.title, problem) + (f" [{where}]" if where else "")
    return f"{head}: {_filled(entry.cause, problem)} {_filled(entry.remedy, problem)} ({entry.code})"
