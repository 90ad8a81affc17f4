"""A `$filter` on directory objects as a condition, under Graph's rules of what can be asked (aad-advanced-queries)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import ColumnElement, and_, false, or_, true

from ropeway.directory import tables
from ropeway.service.graph.objects import indexes
from ropeway.service.graph.objects.indexes import Way
from ropeway.service.graph.objects.kinds import Kind, Property, Support
from ropeway.service.graph.objects.values import CALLS, Condition, any_element, compared, ends, json_text, same
from ropeway.service.odata.literals import TURNED, text_of
from ropeway.service.odata.refusals import no_property, unreadable, unsupported
from ropeway.service.odata.tree import And, Call, Compare, In, Lambda, Literal, Node, Not, Or, Path

ENDING = frozenset({"mail", "userPrincipalName", "proxyAddresses", "otherMails"})
"""Properties that endsWith is about."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about, and how."""

    kind: Kind
    tenant: int
    advanced: bool
    """Whether it is an advanced query."""
    lookups: bool
    """Whether the look-up table is in step with the objects."""
    sqlite: bool
    binned: bool = False
    """Whether it is about the recycle bin, of which no index but that of ids tells."""

    def way(self, node: Node) -> tuple[Sequence[Way], tuple[Node, ...]] | None:
        """The index that a filter, or one of its parts that must all hold, is best read by, and the rest.

        What is in the order of the answer anyway is the last choice.
        """
        parts = node.parts if isinstance(node, And) else (node,)
        found = [(self._indexed(part), parts[:place] + parts[place + 1 :]) for place, part in enumerate(parts)]
        usable = [one for one in found if one[0]]
        return min(usable, key=lambda one: indexes.last_choice(one[0][0].index), default=None)

    def _indexed(self, node: Node) -> Sequence[Way]:
        """Those of a part that may be asked; what may not is left to `condition`, which says why."""
        match node:
            case Compare("eq", Path() as path, Literal() as value) if value.kind in ("text", "guid", "truth"):
                known, starts = self.kind.property(path.name), False
                able = known is not None and known.form != "list" and self._may(known.equal)
            case Call("startswith", path, value) if value.kind in ("text", "guid"):
                known, starts = self.kind.property(path.name), True
                able = known is not None and known.form in ("text", "exact") and self._may(known.starts)
            case Lambda("any", path, variable, inner) if (plain := _plainly(variable, inner)) is not None:
                (known, (starts, value)) = self.kind.property(path.name), plain
                able = known is not None and known.name == "proxyAddresses"
            case _:
                return ()
        if known is None or not able or self.binned or (known.form == "truth") != (value.kind == "truth"):
            return ()
        found = value.text == "true" if value.kind == "truth" else value.text
        return indexes.ways(known.name, found, starts=starts, lookups=self.lookups)

    def _may(self, support: Support) -> bool:
        return support == "default" or (support == "advanced" and self.advanced)

    def condition(self, node: Node) -> Condition:
        """The whole filter on an object's row; RopewayError for what Graph does not answer."""
        match node:
            case And(parts):
                return and_(true(), *(self.condition(part) for part in parts))
            case Or(parts):
                return or_(*(self.condition(part) for part in parts))
            case Not(inner):
                self._allow("advanced", "not", node.at)
                return ~self.condition(inner)
            case Compare("eq" | "ne" as how, Path((*steps, "$count")), Literal("number", "0")) if steps:
                known = self._known(Path(tuple(steps), node.at))
                found = self._has_any(known, node.at)
                return found if how == "ne" else ~found
            case Compare():
                return self._comparison(node)
            case In(path, values):
                known = self._known(path)
                return or_(*(self._equal(known, one) for one in values))
            case Call():
                return self._call(node)
            case Path():
                return self._equal(self._known(node), Literal("truth", "true", node.at))
            case Lambda():
                return self._lambda(node)
            case _:
                assert_never(node)

    def _known(self, path: Path) -> Property:
        known = self.kind.property(path.name)
        if known is None:
            raise no_property("$filter", path.name)
        return known

    def _allow(self, support: Support, what: str, at: int) -> None:
        if support == "no":
            raise unsupported("$filter", f"Unsupported or invalid query filter clause: {what} at position {at}")
        if not self._may(support):
            raise unsupported(
                "$filter",
                f"{what} at position {at} is part of advanced queries: send the header 'ConsistencyLevel: eventual' "
                "and $count=true",
            )

    def _comparison(self, node: Compare) -> Condition:
        match node.left, node.right:
            case Path() as path, Literal() as value:
                how = node.operator
            case Literal() as value, Path() as path:
                how = TURNED[node.operator]
            case _:
                raise unreadable("$filter", f"A property is compared with a value, at position {node.at}")
        known = self._known(path)
        self._scalar(known, node.at)
        if how in ("eq", "ne"):
            self._allow("advanced" if how == "ne" and known.equal != "no" else known.equal, f"{how} of {known.name}",
                        node.at)  # fmt: skip
            found = self._equal(known, value, allowed=True)
            return ~found if how == "ne" else found
        if known.form not in ("time", "number") and not (known.form == "text" and how in ("ge", "le")):
            raise unsupported("$filter", f"{how} is not offered for {known.name}, at position {node.at}")
        self._allow(known.equal, f"{how} of {known.name}", node.at)
        return compared(known, how, value, self.sqlite)

    def _scalar(self, known: Property, at: int) -> None:
        if known.form in ("list", "complex"):
            raise unsupported("$filter", f"{known.name} is no single value, at position {at}")

    def _equal(self, known: Property, value: Literal, *, allowed: bool = False) -> Condition:
        self._scalar(known, value.at)
        if not allowed:
            self._allow(known.equal, f"eq of {known.name}", value.at)
        if known.name == "id":
            return tables.object_.c.id == text_of(value).lower()
        plain = {"text": value.text, "guid": value.text, "truth": value.text == "true"}.get(value.kind)
        if plain is not None and (known.form == "truth") == (value.kind == "truth"):
            found = self._held(known.name, plain, starts=False)
            if found is not None:
                return found
        return compared(known, "eq", value, self.sqlite)

    def _held(self, name: str, value: str | bool, *, starts: bool) -> Condition | None:
        if self.binned:
            return None
        return indexes.held(self.tenant, name, value, starts=starts, lookups=self.lookups)

    def _call(self, node: Call) -> Condition:
        known = self._known(node.path)
        self._scalar(known, node.at)
        wanted = text_of(node.value)
        if known.form in ("truth", "time", "number"):
            raise unreadable("$filter", f"{node.function} is about texts, at position {node.at}")
        if node.function == "startswith":
            self._allow(known.starts, f"startsWith of {known.name}", node.at)
            found = self._held(known.name, wanted, starts=True)
            if found is not None:
                return found
        else:
            able = node.function == "endswith" and known.name in ENDING
            self._allow("advanced" if able else "no", f"{node.function} of {known.name}", node.at)
        return CALLS[node.function](self._text(known), wanted, self.sqlite)

    def _text(self, known: Property) -> ColumnElement[Any]:
        return json_text(known.stored or known.name, self.sqlite)

    def _lambda(self, node: Lambda) -> Condition:
        known = self._known(node.path)
        if known.form != "list" or node.quantifier == "all":
            raise unsupported("$filter", f"{node.path.name}/{node.quantifier} at position {node.at}")
        if node.inner is None:
            return self._has_any(known, node.at)
        plain = _plainly(node.variable, node.inner)
        if known.name == "proxyAddresses" and plain is not None and not self.binned:
            starts, value = plain
            found = indexes.held(self.tenant, known.name, value.text, starts=starts, lookups=False)
            return false() if found is None else found
        return any_element(known.name, self._element(known, node.variable, node.inner), self.sqlite)

    def _has_any(self, known: Property, at: int) -> Condition:
        """Whether a list has elements; of one that the directory does not keep, too."""
        self._allow("advanced" if known.form == "list" else "no", f"elements of {known.name}", at)
        return any_element(known.name, None, self.sqlite)

    def _element(self, known: Property, variable: str, inner: Node) -> Callable[[Any], Condition]:
        """The filter of an element: its own value, or one step into it."""
        return lambda element: self._inner(known, variable, inner, element)

    def _inner(self, known: Property, variable: str, node: Node, element: Callable[[str], Any]) -> Condition:
        match node:
            case And(parts):
                return and_(*(self._inner(known, variable, part, element) for part in parts))
            case Or(parts):
                return or_(*(self._inner(known, variable, part, element) for part in parts))
            case Compare("eq", Path() as path, Literal() as value) if value.kind in ("text", "guid"):
                self._allow(known.equal, f"eq of {known.name}", node.at)
                return same(element(_step(path, variable)), value.text, self.sqlite)
            case Call("startswith", path, value):
                self._allow(known.starts, f"startsWith of {known.name}", node.at)
                return CALLS["startswith"](element(_step(path, variable)), text_of(value), self.sqlite)
            case Call("endswith", path, value) if known.name in ENDING:
                self._allow("advanced", f"endsWith of {known.name}", node.at)
                return ends(element(_step(path, variable)), text_of(value), self.sqlite)
            case _:
                raise unsupported("$filter", f"This is not asked of the elements of a list, at position {node.at}")


def _step(path: Path, variable: str) -> str:
    first, *rest = path.steps
    if first != variable or len(rest) > 1:
        raise no_property("$filter", path.name)
    return rest[0] if rest else ""


def _plainly(variable: str, inner: Node | None) -> tuple[bool, Literal] | None:
    """Whether an element itself starts with a text, or is one; None for other filters."""
    match inner:
        case Compare("eq", Path((name,)), Literal(kind="text") as value) if name == variable:
            return False, value
        case Call("startswith", Path((name,)), value) if name == variable and value.kind == "text":
            return True, value
        case _:
            return None
