"""The page of the API says what the API takes and answers."""

from __future__ import annotations

from pathlib import Path

from ropeway.control.calls import BASE, CALLS
from ropeway.control.reference import page
from ropeway.service.http.errors import STATUS

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_of_the_api_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write-api"


def test_every_call_has_a_heading() -> None:
    text = page()
    assert [m for m, call in CALLS.items() if f"### {call.verb} {BASE}/{call.path}\n" not in text] == []


def test_every_status_of_a_call_is_explained() -> None:
    text = page()
    own = ("errand-failed", "not-allowed", "agent-", "call-gone", "content-", "not-acceptable", "request-too-slow")
    assert [s for code, (s, _) in STATUS.items() if not code.startswith(own) and f"| {s} |" not in text] == []
