"""Routes by the path as it was sent: a job may be called `A/B`, and a DN holds whatever it likes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

Endpoint = Callable[[Request], Awaitable[Response]]


class ExactRoute(Route):
    """One verb and one path; its parameters are decoded after the path was taken apart at its slashes."""

    def __init__(self, path: str, endpoint: Endpoint, verb: str) -> None:
        super().__init__(path, endpoint, methods=[verb])
        self.methods = {verb}  # a HEAD must not do what a GET does
        self._segments = path.split("/")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the request means this route; the values of its parameters."""
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self._values(scope.get("raw_path", scope["path"].encode()).partition(b"?")[0])
        if found is None:
            return Match.NONE, {}
        child: dict[str, Any] = {"endpoint": self.endpoint, "path_params": found}
        return (Match.FULL if scope["method"] in (self.methods or ()) else Match.PARTIAL), child

    def _values(self, raw: bytes) -> dict[str, str] | None:
        parts = raw.decode("ascii", "replace").split("/")
        if len(parts) != len(self._segments):
            return None
        values: dict[str, str] = {}
        for part, segment in zip(parts, self._segments, strict=True):
            if segment.startswith("{"):
                values[segment[1:-1]] = unquote(part)
            elif part != segment:
                return None
        return values
