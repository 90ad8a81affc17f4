"""Directory objects in Graph's shape: `/users`, `/groups`, `/contacts`, `/devices` (graph-scim.md A).

tables, kinds     properties of each type, and how each may be asked for
values, indexes   stored properties as SQL; those that have an index
filtering         `$filter` as a condition, under Graph's rules
searching         `$search`
listing           a page: condition, order, and the place to go on from
shapes            stored objects to JSON, without making objects of their values
reading           questions, single objects, related ones
collections       the routes that read
"""

from __future__ import annotations

from functools import partial

from starlette.routing import BaseRoute

from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.collections import LISTS, ONE, Reading
from ropeway.service.graph.objects.kinds import KINDS
from ropeway.service.odata.resource import Verb, resource


def routes(api: Api) -> list[BaseRoute]:
    """Every route of directory objects."""
    reads = Reading(api)
    found = list(reads.routes())
    for kind in KINDS:
        path = f"/v1.0/{kind.plural}"
        found.append(resource(api.parts, path, get=Verb(partial(reads.listed, kind), LISTS)))
        found.append(resource(api.parts, f"{path}/{{id}}", get=Verb(partial(reads.shown, kind), ONE)))
    return found
