"""Directory objects in Graph's shape: `/users`, `/groups`, `/contacts`, `/devices` (graph-scim.md A).

tables, kinds     properties of each type, and how each may be asked for
values, indexes   stored properties as SQL; those that have an index
filtering         `$filter` as a condition, under Graph's rules
searching         `$search`
listing           a page: condition, order, and the place to go on from
looked_up         properties that are in no object
shapes            stored objects to JSON, without making objects of their values
reading           questions, single objects, related ones
collections       the routes that read
bodies, writing   making, changing, deleting, references
deleted_items     the recycle bin
any_object        objects of any type, and functions about them
group_rules       what a group may be
group_names       whether a group may be called so
signing_in        a user's sign-ins and password
sync_behavior     who is master of an object
retrying          an object that its jobs are to try again
me                the person who asks
delta, delta_tokens, membership   what changed since the last time
throttling        resource units
domains, tenancy  domains, organization
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from ropeway.service.graph.api import Api
from ropeway.service.graph.objects import me
from ropeway.service.graph.objects.any_object import AnyObjects
from ropeway.service.graph.objects.collections import Reading
from ropeway.service.graph.objects.deleted_items import DeletedItems
from ropeway.service.graph.objects.delta import Delta
from ropeway.service.graph.objects.domains import Domains
from ropeway.service.graph.objects.group_names import GroupNames
from ropeway.service.graph.objects.retrying import Retrying
from ropeway.service.graph.objects.signing_in import SigningIn
from ropeway.service.graph.objects.sync_behavior import SyncBehavior
from ropeway.service.graph.objects.tenancy import Tenancy
from ropeway.service.graph.objects.writing import Writing


def routes(api: Api) -> list[BaseRoute]:
    """Every route of directory objects."""
    reads = Reading(api)
    writes = Writing(api, reads)
    found = [
        *Delta(api).routes(),
        *DeletedItems(api, reads).routes(),
        *GroupNames(api).routes(),
        *AnyObjects(api, reads).routes(),
        *writes.references(),
        *SigningIn(api).routes(),
        *SyncBehavior(api).routes(),
        *Retrying(api).routes(),
        *Tenancy(api).routes(),
        *reads.routes(),
        *writes.routes(),
        *Domains(api).routes(),
    ]
    return [*found, *me.routes(api, found)]
