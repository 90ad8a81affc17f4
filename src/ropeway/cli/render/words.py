"""Numbers and names in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ropeway.model.problems import Problem, describe

Command = Callable[..., str]
"""Words to a command that can be typed, `Session.command`."""


_DOMAIN = re.compile(r"(?<!\\)(,DC=[^,]*)+$", re.IGNORECASE)


def without_domain(dn: str) -> str:
    """A DN without its last DC parts, where there is something before them."""
    return _DOMAIN.sub("", dn)


_EXTENSION = re.compile(r"^extension_[0-9a-f]{32}_")


def attribute_words(name: str) -> str:
    """A target attribute; a directory extension without the id in its name, as schemas in YAML write it."""
    return _EXTENSION.sub("extension_", name)


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = list(parts) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def out_of_scope_words(number: int, job: str, command: Command) -> str:
    """That a scope selects nobody, and where to look."""
    return (
        f"Nothing is in scope, of {counted(number, 'object')} read. The scope: {command('job', 'show', job)}; "
        f"why an object is out of it: {command('explain', 'DN')}"
    )


def problem_lines(problems: Iterable[Problem], indent: str = "") -> list[str]:
    """Each problem in its sentences."""
    return [f"{indent}{describe(problem)}" for problem in problems]
