"""Paths as Graph takes them (graph-scim.md A13): `Users('id')/` is `users/id`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from starlette.routing import Match, Route
from starlette.types import Scope

_KEY = re.compile(r"([A-Za-z.$]+)\((?:[A-Za-z]+=)?(?:'((?:[^'/]|'')*)'|([^'()/]+))?\)")
BOTH_VERSIONS = (r"^/v1\.0/", r"^/(?:v1\.0|beta)/")
"""What there is in v1.0 there is in beta, too."""
_NAMESPACE = re.compile(r"/(?:microsoft\.)?graph\.(?=[a-zA-Z])")


def plain(path: str) -> str:
    """The path with each key as a segment of its own, without the namespace of functions and a slash at its end."""
    if path.endswith("/") and path.count("/") > 2:
        path = path.rstrip("/")
    if "(" not in path and "graph." not in path:
        return path
    return _NAMESPACE.sub("/", _KEY.sub(_segment, path))


def _segment(found: re.Match[str]) -> str:
    key = found[2].replace("''", "'") if found[2] is not None else found[3]
    return found[1] if key is None else f"{found[1]}/{key}"


class KeyRoute(Route):
    """A route that knows keys in both ways of writing, segments in any case of letters, and beta."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: Collection[str]) -> None:
        super().__init__(path, endpoint, methods=methods)
        pattern = self.path_regex.pattern.replace(*BOTH_VERSIONS, 1)
        self.path_regex = re.compile(pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette asks: whether the path is this route's, and what follows from it."""
        path = scope.get("path", "")
        usual = plain(path)
        return super().matches(scope if usual == path else {**scope, "path": usual})
