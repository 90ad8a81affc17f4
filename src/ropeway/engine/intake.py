"""One page of a source turned into rows: what is new, what changed, what is only seen again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import assert_never

import msgspec

from ropeway.engine.records import CONTAINERS, Entry, Escrow, Imported, LinkKey, LinksPart
from ropeway.engine.security_ids import references_among, security_id_links
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.names import relative_name
from ropeway.model.pages import (
    Gone,
    LinkAdded,
    LinkRemoved,
    LinksReplaced,
    Page,
    Patch,
    Unreadable,
    Whole,
)
from ropeway.model.problems import Problem, RopewayError, Severity, known
from ropeway.model.values import Attributes, digest, pack, unpack
from ropeway.model.watermark import Watermark
from ropeway.rules import source_anchor

QUIET = 60.0
"""Seconds for which a watermark that covers no news is not stored."""


def entry_of(anchor: Anchor, type_: str, parent: Anchor | None, dn: str, attributes: Attributes) -> Entry:
    """An entry as read; its digest covers what the object is, not where its parents were moved."""
    packed = pack(attributes)
    name = f"{type_}\0{parent}\0{relative_name(dn)}\0".encode("utf-8", "surrogatepass")
    return Entry(
        anchor, source_anchor(type_, attributes, anchor), type_, parent, dn, packed, digest(name + packed), True
    )


def ask(work: Work, anchor: Anchor) -> Whole | Unreadable | None:
    """One object as it is now; one that is there and cannot be understood is set aside, like in a read."""
    try:
        return work.source.read_one(anchor, work.wanted)
    except RopewayError as error:
        if known(error.problem.code).severity is Severity.FATAL:
            raise
        return Unreadable(anchor, error.problem.object, error.problem)


class Intake:
    """Turns pages into `Imported`, asking the state for what the page's objects were before."""

    def __init__(
        self, work: Work, generation: int, watermark: Watermark | None = None, *, everything: bool = False
    ) -> None:
        self._work = work
        self._generation = generation
        self._watermark = watermark
        self.everything = everything
        """Every object is being read, with its links: none need be asked for, and the source is busy reading."""
        self._stamps: dict[tuple[Anchor, str], int] = {}
        self._sid_references: dict[str, frozenset[str]] = {}
        groups = work.rules.groups
        self._asked = frozenset(base.anchor for base in groups)
        self._nested = any(base.nested for base in groups)
        """Rules ask about members of members: whoever is below a group that comes or goes is decided anew."""
        self._regrouped: set[Anchor] = set()
        self.nameless = False
        """An object was there that could not even be named: absence proves nothing in this read."""
        self.failed: list[tuple[Anchor, str, str, Problem, str]] = []

    def _decides(self, anchor: Anchor, attribute: str) -> bool:
        """Whether a scope depends on these links; which groups are below its groups is known only when deciding."""
        if attribute != "member":
            return False
        scope = self._work.settings.scope
        chosen = bool(scope.groups) and (scope.nested_groups or anchor in scope.groups)
        return chosen or self._nested or anchor in self._asked

    def is_news(self, watermark: Watermark) -> bool:
        """Whether a watermark without items is worth a write: reading from the older one costs nothing for a while."""
        old = self._watermark
        return old is None or old.controller != watermark.controller or watermark.time - old.time > QUIET

    def take(self, page: Page, *, asked: bool = False) -> Imported:
        """The rows of one page; `asked`: what it holds was asked for, and tells its back links."""
        self.failed = []
        self._page = Imported(generation=self._generation, watermark=page.watermark)
        self._links: dict[LinkKey, bool] = {}
        self._touched: set[Anchor] = set()
        self._regrouped = set()
        self._look_up(page)
        for item in page.items:
            match item:
                case Whole():
                    self._whole(item, asked=asked)
                case Patch():
                    self._patch(item)
                case Gone():
                    self._gone(item.anchor)
                case LinkAdded():
                    self._link(LinkKey(item.anchor, item.attribute, item.other), present=True)
                case LinkRemoved():
                    self._link(LinkKey(item.anchor, item.attribute, item.other), present=False)
                case LinksReplaced():
                    self._replaced(item)
                case Unreadable():
                    self._unreadable(item)
                case _:
                    assert_never(item)
        if self._regrouped:
            self._work.state.members_due(self._regrouped)
        self._page.added = [key for key, present in self._links.items() if present]
        self._page.removed = [key for key, present in self._links.items() if not present]
        return self._page

    def take_one(self, whole: Whole | Unreadable) -> Imported:
        """The rows of one object that was asked for."""
        return self.take(Page((whole,)), asked=True)

    def _look_up(self, page: Page) -> None:
        wholes = [i for i in page.items if isinstance(i, Whole)]
        named = {i.anchor for i in page.items if isinstance(i, Patch | Gone)}
        state = self._work.state
        self._digests = state.known_digests([w.anchor for w in wholes]) if wholes else {}
        self._bases = state.known(named) if named else {}
        patched = [i.anchor for i in page.items if isinstance(i, Patch)]
        escrows = state.escrowed(patched).items() if patched else ()
        self._unread = {anchor for anchor, escrow in escrows if escrow.stage == "import"}
        again = [w.anchor for w in wholes if w.anchor in self._digests and not w.continued]
        self._before: dict[Anchor, set[LinkKey]] = {}
        for key in state.links_of(again) if again else ():
            self._before.setdefault(key.anchor, set()).add(key)

    def _need(self, anchor: Anchor, type_: str) -> None:
        self._page.due[anchor] = 0 if type_ in CONTAINERS else 1

    def _whole(self, whole: Whole, *, asked: bool) -> None:
        known = self._digests.get(whole.anchor)
        if whole.anchor in self._page.gone or (known is not None and not known[1]):
            if not asked and not self.everything:
                self._ask(whole.anchor, None)
                return
            if asked:
                self._page.revived.add(whole.anchor)
        told_by_sid = self._told_by_sid(whole.type)
        if told_by_sid:
            links = whole.links | security_id_links(told_by_sid, whole.attributes)
            whole = msgspec.structs.replace(whole, links=links)
        entry = entry_of(whole.anchor, whole.type, whole.parent, whole.dn, whole.attributes)
        self._page.readable.add(whole.anchor)
        self._page.gone.discard(whole.anchor)
        self._unread.discard(whole.anchor)
        if known == (entry.digest, True):
            self._page.seen.add(whole.anchor)
        else:
            self._page.entries[whole.anchor] = entry
            self._need(whole.anchor, whole.type)
        if whole.type == "foreignSecurityPrincipal" and known is None and self._work.kind == "delta":
            self._work.state.owners_due(whole.anchor, resend=True)
        self._links_of(whole, known is not None)
        for attribute, owners in whole.referenced_by.items():
            for owner in owners:
                self._link(LinkKey(owner, attribute, whole.anchor), present=True)

    def _links_of(self, whole: Whole, known: bool) -> None:
        now = {LinkKey(whole.anchor, name, other) for name, others in whole.links.items() for other in others}
        if whole.anchor in self._touched:
            self._overruled(whole.anchor, (*whole.links, *self._references(whole.type)))
        if not known:
            self._links.update(dict.fromkeys(now, True))
        elif whole.continued:
            for name in {*whole.links, *self._references(whole.type)} - set(whole.continued):
                self._part(LinksReplaced(whole.anchor, name, whole.links.get(name, ())))
        else:
            before = self._before.get(whole.anchor, set())
            revived = {key for key in now if key.other in self._page.revived}  # what led to them counts only if told
            for key in (now ^ before) | revived:
                self._link(key, present=key in now)

    def _told_by_sid(self, type_: str) -> frozenset[str]:
        """Reference attributes of a type whose links follow from its other attributes."""
        found = self._sid_references.get(type_)
        if found is None:
            found = self._sid_references[type_] = references_among(self._references(type_))
        return found

    def _references(self, type_: str) -> Iterable[str]:
        rule = self._work.rules.rule_for(type_)
        return rule.references if rule else ()

    def _overruled(self, anchor: Anchor, attributes: Collection[str]) -> None:
        """What earlier items of the page said of these links no longer counts: all of them are told now."""
        for key in [k for k in self._links if k.anchor == anchor and k.attribute in attributes]:
            del self._links[key]

    def _patch(self, patch: Patch) -> None:
        base = self._page.entries.get(patch.anchor) or self._bases.get(patch.anchor)
        if base is None or not base.live or patch.anchor in self._page.gone or patch.anchor in self._unread:
            self._ask(patch.anchor, base)
            return
        attributes = unpack(base.attributes)
        attributes.update(patch.changed)
        for name in patch.cleared:
            attributes.pop(name, None)
        entry = entry_of(patch.anchor, patch.type or base.type, patch.parent or base.parent, patch.dn, attributes)
        self._page.readable.add(patch.anchor)
        if entry.digest != base.digest:
            self._page.entries[patch.anchor] = entry
            self._need(patch.anchor, entry.type)
            told_by_sid = self._told_by_sid(entry.type)
            links = security_id_links(told_by_sid, attributes)
            for name in told_by_sid if links != security_id_links(told_by_sid, unpack(base.attributes)) else ():
                self._replaced(LinksReplaced(patch.anchor, name, links.get(name, ())))

    def _ask(self, anchor: Anchor, base: Entry | None) -> None:
        """A change of an object whose base is missing, was gone, or lacks what could not be read: ask for all of it."""
        whole = ask(self._work, anchor)
        if isinstance(whole, Unreadable):
            self._unreadable(whole)
            return
        if whole is None:
            if base is not None:
                self._gone(anchor)
            return
        if base is not None:
            self._digests[anchor] = (base.digest, base.live)
        self._before.setdefault(anchor, set()).update(self._work.state.links_of([anchor]))
        self._whole(whole, asked=True)

    def _gone(self, anchor: Anchor) -> None:
        base = self._bases.get(anchor)
        fresh = self._page.entries.pop(anchor, None)
        self._page.readable.add(anchor)
        if base is None and fresh is None:
            return
        if fresh is not None:
            self._page.entries[anchor] = fresh
        self._page.gone.add(anchor)
        self._page.due[anchor] = 1
        if self._nested:
            self._regrouped.add(anchor)

    def _link(self, key: LinkKey, *, present: bool) -> None:
        self._links[key] = present
        self._touched.add(key.anchor)
        self._page.due.setdefault(key.anchor, 1)
        if self._decides(key.anchor, key.attribute):
            self._page.due.setdefault(key.other, 1)
            if self._nested:
                self._regrouped.add(key.other)

    def _replaced(self, part: LinksReplaced) -> None:
        self._page.due.setdefault(part.anchor, 1)
        if part.first and part.anchor in self._touched:
            self._overruled(part.anchor, (part.attribute,))
        self._part(part)

    def _part(self, part: LinksReplaced) -> None:
        name = (part.anchor, part.attribute)
        if part.first or name not in self._stamps:
            self._stamps[name] = int(self._work.clock() * 1000)
        decides = self._decides(part.anchor, part.attribute)
        self._page.replaced.append(
            LinksPart(part.anchor, part.attribute, part.others, self._stamps[name], part.last, decides)
        )
        if decides:
            for other in part.others:
                self._page.due.setdefault(other, 1)
            if self._nested:
                self._regrouped.update((part.anchor, *part.others))

    def _unreadable(self, item: Unreadable) -> None:
        now = self._work.clock()
        if item.anchor is None:
            self.nameless = True
            self.failed.append((Anchor(""), item.dn, "", item.problem, "import"))
            return
        self._page.seen.add(item.anchor)
        self._page.readable.discard(item.anchor)
        self._unread.add(item.anchor)
        self._page.escrows.append(Escrow(item.anchor, "import", item.problem, 1, now, now))
        self.failed.append((item.anchor, item.dn, "", item.problem, "import"))
