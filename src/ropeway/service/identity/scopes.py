"""What a `scope` parameter asks for: one resource, and permissions of it."""

from __future__ import annotations

from typing import NamedTuple

from ropeway.service.identity.errors import Refusal

GRAPH = "https://graph.microsoft.com"
GRAPH_ID = "00000003-0000-0000-c000-000000000000"
"""Clients of Microsoft's ask for these; Ropeway's own address means the same."""

OPENID = frozenset({"openid", "profile", "email", "offline_access"})
DEFAULT = ".default"
LONGEST = 2048
"""Characters of a scope."""


class Scopes(NamedTuple):
    """A scope, taken apart."""

    resource: str
    """The audience of the access token."""
    names: frozenset[str]
    """Permissions, or `.default`: all that were granted."""
    openid: frozenset[str]
    words: tuple[str, ...] = ()
    """As they were written."""


def read_scopes(text: str, own: str) -> Scopes:
    """Refusal 70011 or 500011 for what names no permission or several resources; `own` is the service's address."""
    if len(text) > LONGEST:
        raise Refusal(70011, text)
    names: set[str] = set()
    resources: set[str] = set()
    words = text.split()
    for word in words:
        if word.lower() in OPENID:
            continue
        resource, slash, name = word.rpartition("/")
        resource = resource.rstrip("/") if slash else GRAPH
        if resource not in (GRAPH, GRAPH_ID, own):
            raise Refusal(500011, resource)
        resources.add(resource)
        names.add(name)
    if len(resources) > 1 or (DEFAULT in names and len(names) > 1):
        raise Refusal(70011, text)
    openid = frozenset(word.lower() for word in words if word.lower() in OPENID)
    return Scopes(resources.pop() if resources else GRAPH, frozenset(names), openid, tuple(words))
