"""Directory synchronization is deactivated: what jobs brought becomes the cloud's own, and stays as it is.

As Entra ID has it: objects are no longer mastered on premises, keep every value with their onPremisesImmutableId, and
are matched again once synchronization is on. It is done in portions; one cut short is gone on with.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select, tuple_

from ropeway.directory import tables
from ropeway.directory.administration import cloud_owned
from ropeway.directory.computed import ADMINISTRATORS, SYNCHRONISED, Contribution, Standing
from ropeway.directory.drafts import Draft, recomputed
from ropeway.directory.features import set_features
from ropeway.directory.portions import AT_ONCE
from ropeway.directory.workspace import Workspace
from ropeway.directory.writing import accept, store

Place = tuple[str, int]
"""An anchor and its job."""

BEGIN: Place = ("", 0)
"""Before every contribution."""


def release_some(work: Workspace, after: Place) -> Place | None:
    """The next portion of contributions; the last one's place, or None when all are done or it is on again."""
    if not work.features.releasing:
        return None
    c = tables.contribution.c
    mine = (c.tenant == work.tenant, c.job != ADMINISTRATORS, c.standing <= Standing.PROVISIONS)
    query = select(c.anchor, c.job, c.object).where(*mine, tuple_(c.anchor, c.job) > after)
    rows = work.connection.execute(query.order_by(c.anchor, c.job).limit(AT_ONCE)).all()
    numbers = list(dict.fromkeys(row.object for row in rows))
    work.load(numbers)
    drafts = [_released(work, number) for number in numbers if work.records[number].state.deleted is None]
    work.keys.fetch(c for draft in drafts for c in draft.claims)
    for draft in drafts:
        accept(work, draft)
    store(work)
    if len(rows) == AT_ONCE:
        return rows[-1].anchor, rows[-1].job
    set_features(work.connection, work.tenant, msgspec.structs.replace(work.features, releasing=False))
    return None


def _released(work: Workspace, number: int) -> Draft:
    record = work.records[number]
    return Draft(record, recomputed(work, record, cloud_owned(record, _of_a_job)), record.name, forced=True)


def _of_a_job(one: Contribution) -> bool:
    is_of_job = one.job != ADMINISTRATORS and one.standing <= Standing.PROVISIONS
    return is_of_job and one.attributes.get(SYNCHRONISED) is not False
