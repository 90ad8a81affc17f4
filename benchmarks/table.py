"""The figures as one table, which reads as Markdown and as text alike."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figure import Failed, Figure, Row

HEAD = ("figure", "measured", "yardstick", "it took", "ratio", "bound", "holds", "load")


def table(rows: Sequence[Row], *, judged: bool) -> list[str]:
    """Lines of a Markdown table, columns aligned."""
    cells = [HEAD, *(_cells(row, judged) for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(HEAD))]
    head, *rest = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
    return [head, "|" + "|".join("-" * (w + 2) for w in widths) + "|", *rest]


def _cells(row: Row, judged: bool) -> tuple[str, ...]:
    match row:
        case Failed():
            return (row.what, f"not measured: {row.why}".replace("|", "/"), *[""] * (len(HEAD) - 2))
        case Figure():
            return (
                row.what,
                shown(row.value, row.unit),
                row.yardstick,
                shown(row.beside, row.unit),
                shown(row.ratio, ""),
                _bound(row),
                row.verdict(judged=judged).value,
                f"{row.load:.1f}",
            )


def _bound(figure: Figure) -> str:
    parts = [] if figure.bound is None else [f"{figure.bound:g} {figure.unit}".strip()]
    parts += [] if figure.ratio_bound is None else [f"{figure.ratio_bound:.2g} times"]
    return " or ".join(parts) or "—"


def shown(value: float, unit: str) -> str:
    """Three digits that count: `3.21 s`, `0.042 s`, `151 MB`."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()
