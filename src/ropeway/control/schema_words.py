"""Parts of schemas in words: where a difference is, and what stands there as people write it."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.control.schema_views import ConflictView, DifferenceView
from ropeway.rules.differences import NAMED_BY, Difference, elements
from ropeway.rules.layers import Conflict
from ropeway.rules.yaml_form import short_flow, short_target


def where(place: tuple[str, ...]) -> str:
    """A place for people: `exchange, user → user: mail`, `directories: Active Directory: user: contosoBadge`."""
    steps = [step for step, named in zip(place, elements(place), strict=True) if named or step not in NAMED_BY]
    if place[0] != "synchronizationRules":
        steps = [place[0], *steps] if place[0] in NAMED_BY else steps
    elif len(steps) > 1:
        steps = [f"{steps[0]}, {steps[1]}", *steps[2:]]
    return ": ".join(map(short_target, steps))


def said(value: Any) -> str:
    """A part of a schema as people write it; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, dict) and "targetAttributeName" in value:
        return flow_said(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, list):
        groups = [clause_groups(one) for one in value if isinstance(one, dict) and "clauses" in one]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if groups:
            return " OR ".join(" AND ".join(group) for group in groups)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def flow_said(flow: dict[str, Any]) -> str:
    """An attribute mapping on one line, without its target."""
    written = short_flow(flow)
    if isinstance(written, str):
        return written
    source = written.get("from") or (f"constant {written['constant']}" if "constant" in written else None)
    source = source if isinstance(source, str) else msgspec.json.encode(written.get("source")).decode()
    rest = [f"{k} {said(v)}" for k, v in written.items() if k not in ("from", "constant", "source")]
    return f"{source} ({', '.join(rest)})" if rest else source


def source_said(flow: dict[str, Any]) -> str:
    """Where the value of an attribute mapping comes from."""
    return flow_said({key: flow[key] for key in ("targetAttributeName", "source") if key in flow})


def clause_groups(group: dict[str, Any]) -> list[str]:
    """The clauses of a group, each on a line."""
    return [clause_said(clause) for clause in group.get("clauses", ())]


def clause_said(clause: dict[str, Any]) -> str:
    """A clause on one line."""
    if clause.get("expression"):
        return f"={clause['expression']}"
    values = ", ".join(clause.get("targetOperand", {}).get("values", ()))
    return f"{clause.get('sourceOperandName', '')} {clause.get('operatorName', '')} {values}".strip()


def difference_view(found: Difference) -> DifferenceView:
    """A difference for people."""
    what = "added" if found.before is None else "removed" if found.after is None else "changed"
    return DifferenceView(
        place=found.place, where=where(found.place), what=what, before=said(found.before), after=said(found.after)
    )


def conflict_view(found: Conflict) -> ConflictView:
    """A conflict for people."""
    return ConflictView(
        where=where(found.place),
        why=found.why,
        before=said(found.before),
        after=said(found.after),
        yours=said(found.yours) or "(taken out)",
    )
