"""The API in Graph's shape as an OpenAPI document, made from the routes and the table of permissions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute

from ropeway.model.permissions import Rule
from ropeway.service.odata.resource import EXPAND, Verb, VerbRoute

Json = dict[str, Any]
ABOUT = (
    "Microsoft Graph's shape: docs/graph-api.md tells what is otherwise. What the members of objects are is in "
    "Microsoft's own metadata. x-permissions names those of which one is enough, x-roles the directory roles of people."
)


def document(routes: Sequence[BaseRoute], version: str) -> Json:
    """The whole of it; `version` is Ropeway's."""
    paths = {route.path: _path(route) for route in routes if isinstance(route, VerbRoute)}
    bearer: Json = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Ropeway", "version": version, "description": ABOUT, "license": {"name": "Apache-2.0"}},
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": {"bearer": bearer}, "schemas": {"error": _ERROR}, "responses": _RESPONSES},
    }


def _path(route: VerbRoute) -> Json:
    names = re.findall(r"\{(\w+)\}", route.path)
    keys = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]
    operations = {method: _operation(route, method, verb) for method, verb in sorted(route.verbs.items())}
    return ({"parameters": keys} if keys else {}) | operations


def _operation(route: VerbRoute, method: str, verb: Verb) -> Json:
    words = re.sub(r"\W+", " ", route.path.replace("$", "_")).split()
    told: Json = {"operationId": "_".join([method, *words]), "summary": _summary(verb)}
    options = sorted(verb.options | EXPAND if verb.expands else verb.options)
    if options:
        told["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in options]
    if verb.body:
        told["requestBody"] = {"content": {verb.content: {"schema": {"type": "object"}}}}
    told["responses"] = {
        "2XX": {"$ref": "#/components/responses/done"},
        "4XX": {"$ref": "#/components/responses/refused"},
    }
    told["responses"]["5XX"] = {"$ref": "#/components/responses/refused"}
    return told | _opened(route.rules[method], verb)


def _summary(verb: Verb) -> str:
    handler: Any = verb.handler
    text = inspect.getdoc(getattr(handler, "func", handler)) or ""
    return text.partition("\n")[0] or verb.act.replace("_", " ").capitalize()


def _opened(rule: Rule | None, verb: Verb) -> Json:
    if rule is None or rule.is_open:
        return {}
    roles = {"x-roles": sorted(rule.roles(verb.access))} if rule.permissions(verb.access) else {}
    own = {"x-own": sorted(rule.own(verb.access))} if rule.own(verb.access) else {}
    return {"x-permissions": sorted(rule.permissions(verb.access)), **roles, **own}


_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "innerError"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "innerError": {"type": "object"},
                "details": {"type": "array", "items": {"type": "object"}},
                "@ropeway.problem": {"type": "object"},
            },
        }
    },
}
_RESPONSES: Json = {
    "done": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}},
    "refused": {
        "description": "Refused, and why.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
    },
}
