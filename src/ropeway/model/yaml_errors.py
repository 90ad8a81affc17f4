"""Where a text is no YAML, in words; of PyYAML's errors, without importing it."""

from __future__ import annotations

from typing import Any

from ropeway.model.problems import shown


def no_yaml(error: Exception) -> str:
    """`it is no YAML, see line 3, column 9: expected ',' or ']', but got ':'`; a place only where PyYAML names one."""
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return "it is no YAML"
    why = " ".join(str(getattr(error, "problem", None) or "").split())
    return f"it is no YAML, see line {mark.line + 1}, column {mark.column + 1}" + (f": {shown(why)}" if why else "")
