"""The page of the API says what the API takes and answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ropeway.control.calls import CALLS, OWN
from ropeway.control.reference import page
from ropeway.service.http.errors import STATUS

DOCS = Path(__file__).parents[2] / "docs"

OF_AGENTS = frozenset({"not-allowed", "call-gone", *(code for code in STATUS if code.startswith("agent-"))})
"""Codes that agents alone are answered with, `agent-unknown` administrators as well."""
OF_GRAPH = frozenset(
    {"resource-unknown", "query-unsupported", "page-token-stale", "content-unsupported", "not-acceptable"}
)


def test_the_page_of_the_api_is_current() -> None:
    assert (DOCS / "api.md").read_text(encoding="utf-8") == page(), "run scripts/write-api"


def test_every_call_has_a_heading() -> None:
    text = page()
    assert [call.method for call in OWN if f"### {call.verb} {call.route}\n" not in text] == []
    rows = {call: f"| `{call.method}` | `{call.verb} {call.route}` |" for call in CALLS.values() if not call.is_own}
    assert [call.method for call, row in rows.items() if row not in text] == []


@pytest.mark.parametrize("code", sorted(STATUS))
def test_every_status_is_explained_where_it_is_answered(code: str) -> None:
    name = "agents.md" if code in OF_AGENTS else "graph-api.md" if code in OF_GRAPH else "api.md"
    text = (DOCS / name).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(rf"\| [^|]*\b{STATUS[code][0]}\b", line)]
    assert rows, f"{name} does not explain {STATUS[code][0]}"
    assert name != "agents.md" or any(f"`{code}`" in row for row in rows)
