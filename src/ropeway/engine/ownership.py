"""After a lost state: what this job owns in the target and the source no longer has, so that no deletion is lost."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.engine.ports import Owned, OwnedLink, Owns
from ropeway.engine.records import Entry, Imported, LinkKey
from ropeway.engine.references import FORMER
from ropeway.engine.work import BATCH, Work
from ropeway.model.anchors import Anchor
from ropeway.model.values import pack

LINKS = 900
"""Links recalled together."""


def claim(work: Work) -> None:
    """Tell the state of every object we own and it knows nothing of, so that whoever left meanwhile is not forgotten.

    Only after a full read that ended cleanly: what the read did not bring is gone, and planned as a delete.
    """
    if not isinstance(work.target, Owns):
        return
    generation = work.state.record().generation
    after = ""
    while owned := work.target.owned(after, BATCH):
        after = owned[-1].anchor
        known = work.state.known([o.anchor for o in owned])
        lost = [o for o in owned if o.anchor not in known or known[o.anchor].target is None]
        if lost:
            gone = {
                o.anchor: Entry(o.anchor, o.source_anchor, o.type, None, o.name, pack({}), b"", live=False)
                for o in lost
                if o.anchor not in known
            }
            due = {o.anchor: 1 for o in lost}
            work.state.store(Imported(generation=generation, entries=gone, due=due))
            work.state.adopt([(o.anchor, o.type, o.target, _exported(o)) for o in lost])
            recall_links(work, [e for e in work.state.known(due).values() if e.live and e.exported is not None])


def _exported(one: Owned) -> bytes | None:
    """As it was sent, so that guards see what would be disabled or emptied; not of what must be brought back first."""
    return None if one.attributes is None else pack(one.attributes)


def recall_links(work: Work, objects: Sequence[Entry]) -> None:
    """Tell the state of the links that objects have in the target already, so that those of the past are taken away."""
    target = work.target
    if not objects or not isinstance(target, Owns):
        return
    entries = {entry.anchor: entry for entry in objects}
    foreign = work.state.foreign_principals()
    after: OwnedLink | None = None
    while found := target.owned_links(list(entries), after, LINKS):
        after = found[-1]
        links: list[LinkKey] = []
        for one in found:
            rule = work.rules.rule_for(entries[one.anchor].type)
            names = {told: name for name, told in rule.references.items()} if rule else {}
            other = foreign.get(one.other.removeprefix("sid:"), Anchor(one.other))
            links.append(LinkKey(one.anchor, names.get(one.attribute, FORMER + one.attribute), other))
        work.state.recall(links)
