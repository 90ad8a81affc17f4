"""After a lost state: what this job owns in the target and the source no longer has, so that no deletion is lost."""

from __future__ import annotations

from ropeway.engine.ports import Owns
from ropeway.engine.records import Entry, Imported
from ropeway.engine.work import BATCH, Work
from ropeway.model.values import pack


def claim(work: Work) -> None:
    """Give every object we own and know nothing of an entry that is gone, so that it is planned as a delete.

    Only after a full read that ended cleanly; an object whose anchor the read brought is matched in the usual way.
    """
    if not isinstance(work.target, Owns):
        return
    generation = work.state.record().generation
    after = ""
    while owned := work.target.owned(after, BATCH):
        after = owned[-1].anchor
        known = work.state.known_digests([o.anchor for o in owned])
        lost = {
            o.anchor: Entry(o.anchor, o.source_anchor, o.type, None, o.name, pack({}), b"", live=False)
            for o in owned
            if o.anchor not in known
        }
        if lost:
            due = dict.fromkeys(lost, 1)
            work.state.store(Imported(generation=generation, entries=lost, due=due))
            work.state.adopt([(o.anchor, o.type, o.target) for o in owned if o.anchor in lost])
