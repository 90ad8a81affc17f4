"""Paths as Graph takes them (graph-scim.md A13): `Users('id')/` is `users/id`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote

from starlette.convertors import Convertor
from starlette.routing import Match, Route, compile_path
from starlette.types import Scope

_KEY = re.compile(r"([A-Za-z.$]+)\((?:[A-Za-z]+=)?(?:'((?:[^'/]|'')*)'|([^'()/]+))?\)")
BOTH_VERSIONS = (r"^/v1\.0/", r"^/(?:v1\.0|beta)/")
"""What there is in v1.0 there is in beta, too."""
SLASH = "\ue000"
"""Stands for a slash within a key while a path is taken apart: of the private use area."""
_ESCAPED_SLASH = re.compile("%2f", re.IGNORECASE)
_NAMESPACE = re.compile(r"/(?:microsoft\.)?graph\.(?=[a-zA-Z])")


def plain(path: str) -> str:
    """The path with each key as a segment of its own, without the namespace of functions and a slash at its end."""
    if path.endswith("/") and path.count("/") > 2:
        path = path.rstrip("/")
    if "(" not in path and "graph." not in path:
        return path
    return _KEY.sub(_segment, _NAMESPACE.sub("/", path))


def _segment(found: re.Match[str]) -> str:
    key = found[2].replace("''", "'") if found[2] is not None else found[3]
    return found[1] if key is None else f"{found[1]}/{key}"


class KeyRoute(Route):
    """A route that knows keys in both ways of writing, segments in any case of letters, and beta."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: Collection[str]) -> None:
        super().__init__("/", endpoint, methods=methods)
        self.path = path
        self.path_regex, self.path_format, self.param_convertors = _compiled(path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette asks: whether the path is this route's, and what follows from it."""
        path, usual = _usual(scope.get("path", ""), scope.get("raw_path", b""))
        if self.path_regex.match(usual) is None:  # as nearly all of them
            return Match.NONE, {}
        match, found = super().matches(scope if usual == scope.get("path") else {**scope, "path": usual})
        if SLASH in path and match is not Match.NONE:
            keys: dict[str, str] = found["path_params"]
            found["path_params"] = {name: key.replace(SLASH, "/") for name, key in keys.items()}
        return match, found


@lru_cache(maxsize=4)
def _usual(path: str, raw_path: bytes) -> tuple[str, str]:
    """The decoded path, and as `plain` has it: each request is shown to many routes.

    A slash that was sent as `%2F` belongs to a key, and does not end it (RFC 3986, 2.2).
    """
    raw = raw_path.partition(b"?")[0]
    if b"%2f" in raw.lower():
        path = unquote(_ESCAPED_SLASH.sub(quote(SLASH), raw.decode("ascii", "replace")))
    return path, plain(path)


@cache
def _compiled(path: str) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
    """What Starlette makes of a path, of both versions and in any case: once for the routes of all tenants."""
    regex, form, convertors = compile_path(path)
    return re.compile(regex.pattern.replace(*BOTH_VERSIONS, 1), re.IGNORECASE), form, convertors
