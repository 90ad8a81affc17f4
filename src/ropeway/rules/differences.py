"""What differs between two schemas as written, place by place; and such differences applied again.

Lists whose elements have names (rules, object mappings, attribute mappings, directories) are looked at by name, so
their order says nothing. An attribute mapping is one thing: it is kept or replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from ropeway.model.job import SchemaEdit

Document = dict[str, Any]
"""A schema as JSON has it."""

Tree = dict[str, Any]
"""The same with every named list as a dictionary, name to element."""

Place = tuple[str, ...]
"""Keys and names from the root: `synchronizationRules`, a rule's id, `objectMappings`, `user → user`, …"""

NAMED_BY: dict[str, tuple[str, ...]] = {
    "synchronizationRules": ("id", "name"),
    "objectMappings": ("sourceObjectName", "targetObjectName"),
    "attributeMappings": ("targetAttributeName",),
    "directories": ("name",),
    "objects": ("name",),
    "attributes": ("name",),
}
"""Lists that are looked at by name, and the keys that make it: of a rule the first one there is, of others all."""

WHOLE = frozenset({"attributeMappings", "attributes"})
"""Lists whose elements are one thing."""

OPTIONAL = frozenset({"scope", "containerFilter", "groupFilter"})
"""Parts that are the same as absent when they are empty."""


class Difference(msgspec.Struct, frozen=True):
    """One place that two schemas differ in; None stands for nothing there."""

    place: Place
    before: Any = None
    after: Any = None


class Applied(msgspec.Struct, frozen=True):
    """A schema with edits, and the edits whose rule or object mapping it does not have: they have no effect."""

    document: Document
    lost: tuple[SchemaEdit, ...] = ()


def differences(before: Document, after: Document) -> list[Difference]:
    """Every place that differs. Applied to `before`, they make `after` again, up to the order of named lists."""
    return list(_of_parts(tree_of(before), tree_of(after), ()))


def edits(found: Iterable[Difference]) -> tuple[SchemaEdit, ...]:
    """Differences as what an administrator changed."""
    return tuple(SchemaEdit(one.place, one.after) for one in found)


def applied(document: Document, changes: Sequence[SchemaEdit]) -> Applied:
    """The document with these edits made; neither the document nor the edits are changed."""
    tree = tree_of(document)
    lost = [edit for edit in changes if not _made(tree, edit)]
    return Applied(pruned(document_of(tree)), tuple(lost))


def tree_of(document: Document) -> Tree:
    """A document taken apart by name."""
    return {key: _named(part, key) for key, part in document.items()}


def document_of(tree: Tree) -> Document:
    """The inverse of `tree_of`, in new dictionaries down to the elements that are one thing."""
    return {key: _listed(part, key) for key, part in tree.items()}


def found_at(tree: Tree, place: Place) -> Any:
    """What stands at a place, as JSON has it, or None."""
    node: Any = tree
    for step in place:
        node = node.get(step) if isinstance(node, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return _as_json(node, place)


def elements(place: Place) -> list[bool]:
    """For each step whether it names an element of a list, rather than a key."""
    found: list[bool] = []
    for at in range(len(place)):
        found.append(at > 0 and not found[at - 1] and place[at - 1] in NAMED_BY)
    return found


def pruned(document: Document) -> Document:
    """Without optional parts and named lists that say nothing."""
    for rule in document.get("synchronizationRules", ()):
        for part in (rule, *rule.get("objectMappings", ())):
            for key in [key for key in part if (key in OPTIONAL or key in NAMED_BY) and not part[key]]:
                del part[key]
    return {key: part for key, part in document.items() if part != []}


def _name(element: dict[str, Any], key: str) -> str:
    parts = [str(element.get(part, "")) for part in NAMED_BY[key]]
    if key == "synchronizationRules":
        return next((part for part in parts if part), f"priority {element.get('priority')}")
    return " → ".join(parts)


def _named(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return tree_of(value)  # pyright: ignore[reportUnknownArgumentType]
    if key not in NAMED_BY:
        return value
    named: Tree = {}
    for element in value:
        name = plain = _name(element, key)
        again = 2
        while name in named:
            name, again = f"{plain} ({again})", again + 1
        named[name] = element if key in WHOLE else tree_of(element)
    return named


def _listed(value: Any, key: str) -> Any:
    if key in NAMED_BY:
        return [element if key in WHOLE else document_of(element) for element in value.values()]
    return document_of(value) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownArgumentType]


def _as_json(node: Any, place: Place) -> Any:
    if node is None or not place:
        return node
    if not elements(place)[-1]:
        return _listed(node, place[-1])
    return node if place[-2] in WHOLE else document_of(node)


def _of_parts(before: Tree, after: Tree, place: Place) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        old, new, where = before.get(key), after.get(key), (*place, key)
        if old == new:
            continue
        if key in NAMED_BY:
            yield from _of_elements(old or {}, new or {}, where)
        elif all(part is None or isinstance(part, dict) for part in (old, new)):
            yield from _of_parts(old or {}, new or {}, where)
        else:
            yield Difference(where, old, new)


def _of_elements(before: Tree, after: Tree, place: Place) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        old, new, where = before.get(name), after.get(name), (*place, name)
        if old == new:
            continue
        if old is None or new is None or place[-1] in WHOLE:
            yield Difference(where, _as_json(old, where), _as_json(new, where))
        else:
            yield from _of_parts(old, new, where)


def _made(tree: Tree, edit: SchemaEdit) -> bool:
    """Make one edit; False where the element that it is in is gone."""
    node, named = tree, elements(edit.place)
    for at, step in enumerate(edit.place[:-1]):
        if step not in node:
            if named[at]:
                return False
            if edit.value is None:
                return True
            node[step] = {}
        node = node[step]
    last = edit.place[-1]
    if edit.value is None:
        node.pop(last, None)
    elif not named[-1]:
        node[last] = _named(edit.value, last)
    else:
        node[last] = edit.value if edit.place[-2] in WHOLE else tree_of(edit.value)
    return True
