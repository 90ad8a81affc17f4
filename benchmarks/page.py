"""docs/performance.md: the table of the last run between two markers, words kept by hand around them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


def replaced(text: str, lines: Sequence[str]) -> str:
    """The page with other lines between its markers; ValueError where it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} … {END}")
    return f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}"


def write(page: Path, lines: Sequence[str]) -> None:
    """Put the lines into the page; a page that is not there yet has nothing else."""
    text = page.read_text("utf-8") if page.exists() else f"{BEGIN}\n{END}\n"
    page.write_text(replaced(text, lines), "utf-8")
