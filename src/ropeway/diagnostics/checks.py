"""Runs checks in order: what depends on one that failed is skipped, and one that crashes has failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ropeway.diagnostics.finding import Finding
from ropeway.model.problems import Problem, RopewayError, known, shown
from ropeway.model.problems.entry import Severity


@dataclass(frozen=True, slots=True)
class Check:
    """A question with a name; its answer is what was found, and a problem is raised or returned."""

    name: str
    ask: Callable[[], str | Problem]
    needs: str = ""
    """The name of a check without which this one makes no sense."""


def run(checks: Sequence[Check]) -> Iterator[Finding]:
    """A finding for each check, as soon as it is known."""
    lost: set[str] = set()
    for check in checks:
        if check.needs in lost:
            lost.add(check.name)
            yield Finding(check=check.name, status="skipped", found=f"needs: {check.needs}")
            continue
        finding = _asked(check)
        if finding.status == "failed":
            lost.add(check.name)
        yield finding


def _asked(check: Check) -> Finding:
    began = time.perf_counter()
    try:
        answer = check.ask()
    except RopewayError as error:
        answer = error.problem
    except Exception as error:  # noqa: BLE001 - a check always answers
        answer = Problem("check-crashed", check.name, details={"error": shown(f"{type(error).__name__}: {error}")})
    seconds = time.perf_counter() - began
    if isinstance(answer, str):
        return Finding(check=check.name, status="ok", found=answer, seconds=seconds)
    grave = known(answer.code).severity in (Severity.ERROR, Severity.FATAL)
    return Finding(check=check.name, status="failed" if grave else "warning", problem=answer, seconds=seconds)
