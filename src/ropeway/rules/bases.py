"""Groups and containers that rules name: by GUID, so that renaming them changes nothing.

A schema may name one by DN, by GUID, or by both in Active Directory's own extended form, `<GUID=…>;CN=Sales,DC=…`
([MS-ADTS] 3.1.1.3.4.1.5). A saved schema has the extended form: whoever saves it looks the DNs up (`pinned`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from ropeway.model.anchors import Anchor
from ropeway.rules.refusals import refused

MEMBER_OF = "@memberOf"
"""Of an object: the `Base.key` of those groups named by rules that it is a member of, as a frozenset."""

WITHIN = "@within"
"""Of an object: the GUIDs of those containers named by rules that it is below."""

_GUID = r"\{?([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})\}?"
_EXTENDED = re.compile(rf"<GUID={_GUID}>(?:;(.+))?", re.DOTALL)
_PLAIN = re.compile(_GUID)
_DN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*=.+", re.DOTALL)

MEMBERSHIP = frozenset({"ISMEMBEROF", "ISNOTMEMBEROF"})
"""Operators, spelt without blanks, whose values are groups."""


class Base(msgspec.Struct, frozen=True):
    """A group or container."""

    anchor: Anchor | None
    """None: named by DN alone, and not yet looked up."""
    name: str
    """What it was called when it was chosen; the GUID where nobody said."""
    nested: bool = False
    """Of a group: members of groups in it count too."""

    @property
    def key(self) -> str:
        """What `MEMBER_OF` holds of it."""
        return f"{self.anchor or self.name}{'+' if self.nested else ''}"


def base(text: str, path: str, *, nested: bool = False) -> Base:
    """What a schema names; refused where it is neither a DN nor a GUID."""
    text = text.strip()
    found = _EXTENDED.fullmatch(text) or _PLAIN.fullmatch(text)
    if found is not None:
        anchor = found[1].lower()
        named = found[2] if found.re is _EXTENDED and found[2] else anchor
        return Base(Anchor(anchor), named, nested)
    if _DN.fullmatch(text) is None:
        raise refused("schema-unreadable", path, "neither a DN nor a GUID", value=text)
    return Base(None, text, nested)


def pinned(document: dict[str, Any], find: Callable[[str], Anchor | None]) -> dict[str, Any]:
    """A schema as written, with every group and container that it names by DN alone pinned to its GUID.

    `find` answers the GUID of a DN, or None: RopewayError `schema-base-unknown` with path and name.
    """
    made = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(document)))
    for names, path in _lists(made):
        for place, text in enumerate(names):
            where = f"{path}[{place}]"
            if base(str(text), where).anchor is None:
                anchor = find(text)
                if anchor is None:
                    reason = f"nothing there is called “{text}”"
                    raise refused("schema-base-unknown", where, reason, value=text)
                names[place] = f"<GUID={anchor}>;{text}"
    return made


def named_by_dn(document: dict[str, Any]) -> list[str]:
    """The DNs that `pinned` would ask for."""
    return [text for names, path in _lists(document) for text in names if base(str(text), path).anchor is None]


def _lists(document: Any) -> Iterator[tuple[list[str], str]]:
    """Every list of groups or containers in a schema as written, with its path."""
    rule: Any
    mapping: Any
    for at, rule in enumerate(document.get("synchronizationRules") or ()):
        path = f"$.synchronizationRules[{at}]"
        for part, key in (("containerFilter", "includedContainers"), ("groupFilter", "includedGroups")):
            listed: Any = rule.get(part) or {}
            yield listed.get(key) or [], f"{path}.{part}.{key}"
        for place, mapping in enumerate(rule.get("objectMappings") or ()):
            yield from _of_scope(mapping.get("scope") or {}, f"{path}.objectMappings[{place}].scope")


def _of_scope(scope: Any, path: str) -> Iterator[tuple[list[str], str]]:
    group: Any
    clause: Any
    for key in ("groups", "inputFilterGroups", "categoryFilterGroups"):
        for at, group in enumerate(scope.get(key) or ()):
            for place, clause in enumerate(group.get("clauses") or ()):
                if spelt(str(clause.get("operatorName", ""))) in MEMBERSHIP:
                    operand: Any = clause.get("targetOperand") or {}
                    yield operand.get("values") or [], f"{path}.{key}[{at}].clauses[{place}].targetOperand.values"


def spelt(operator: str) -> str:
    """An operator's name without what products write differently: blanks, underscores, case."""
    return operator.upper().replace(" ", "").replace("_", "")
