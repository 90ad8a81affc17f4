"""A schema as rows: attribute mappings and scopes, each beside what the default has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ropeway.control.schema_views import FlowView, Origin, ScopeView
from ropeway.control.schema_words import clause_said, source_said
from ropeway.rules.differences import Document, tree_of
from ropeway.rules.yaml_form import short_target

LISTS = ("categoryFilterGroups", "inputFilterGroups", "groups")


def flow_views(
    document: Document, usual: Document | None, type_: str | None, attribute: str | None
) -> Iterator[FlowView]:
    """Every attribute mapping; those that an administrator took out at the end of each object mapping."""
    for rule, mapping, default in _mappings(document, usual, type_):
        if mapping.get("sameAs") and attribute is None:
            yield _same_as(rule, mapping, own=usual is None, default=default)
        mine, theirs = _flows(mapping), _flows(default)
        for name in dict.fromkeys((*mine, *theirs)):
            if attribute is None or short_target(name).lower().startswith(short_target(attribute).lower()):
                yield _flow_view(rule, mapping, mine.get(name), theirs.get(name), own=usual is None)


def scope_views(document: Document, usual: Document | None, type_: str | None) -> Iterator[ScopeView]:
    """Every clause of every scope."""
    for rule, mapping, default in _mappings(document, usual, type_):
        for key in LISTS:
            groups = mapping.get("scope", {}).get(key, ())
            theirs = default.get("scope", {}).get(key, ()) if default else ()
            origin: Origin = (
                "own" if usual is None else "default" if groups == theirs else "changed" if theirs else "added"
            )
            for group in groups:
                for clause in group.get("clauses", ()):
                    yield ScopeView(
                        rule=_named(rule),
                        source_type=mapping["sourceObjectName"],
                        target_type=mapping["targetObjectName"],
                        list=key,
                        group=group.get("name", ""),
                        clause=clause_said(clause),
                        origin=origin,
                    )


def _mappings(document: Document, usual: Document | None, type_: str | None) -> Iterator[tuple[Any, Any, Any]]:
    """Rule, object mapping, and the default's mapping of the same name or {}; rules of highest precedence first."""
    theirs: Any = tree_of(usual or {}).get("synchronizationRules", {})
    mine: Any = tree_of(document).get("synchronizationRules", {})
    for key, rule in sorted(mine.items(), key=lambda item: item[1].get("priority", 0)):
        defaults = theirs.get(key, {}).get("objectMappings", {})
        for name, mapping in rule.get("objectMappings", {}).items():
            if type_ is None or type_ in (mapping["sourceObjectName"], mapping["targetObjectName"]):
                yield rule, mapping, defaults.get(name, {})


def _named(rule: Any) -> str:
    return rule.get("name") or rule.get("id") or f"priority {rule.get('priority')}"


def _head(rule: Any, mapping: Any) -> dict[str, Any]:
    return {
        "rule": _named(rule),
        "source_type": mapping["sourceObjectName"],
        "target_type": mapping["targetObjectName"],
        "priority": rule.get("priority", 0),
        "link_type": mapping.get("linkType", "Provision"),
        "enabled": mapping.get("enabled", True),
    }


def _flows(mapping: Document) -> Document:
    return mapping.get("attributeMappings", {})


def _flow_view(rule: Any, mapping: Any, mine: Any, theirs: Any, *, own: bool) -> FlowView:
    shown = mine if mine is not None else theirs
    return FlowView(
        **_head(rule, mapping),
        attribute=shown["targetAttributeName"],
        source=source_said(shown),
        flow_type=shown.get("flowType", "Always"),
        matching_priority=shown.get("matchingPriority", 0),
        default_value=shown.get("defaultValue"),
        origin="own" if own else _origin(mine, theirs),
        was=source_said(theirs) if mine is not None and theirs is not None and mine != theirs else "",
    )


def _same_as(rule: Any, mapping: Any, *, own: bool, default: Any) -> FlowView:
    return FlowView(
        **_head(rule, mapping),
        attribute="*",
        source=f"the same as {mapping['sameAs']}",
        origin="own" if own else _origin(mapping["sameAs"], default.get("sameAs")),
    )


def _origin(mine: Any, theirs: Any) -> Origin:
    if theirs is None:
        return "added"
    if mine is None:
        return "disabled"
    return "default" if mine == theirs else "changed"
