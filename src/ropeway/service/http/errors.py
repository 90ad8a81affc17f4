"""Problems as answers, in Graph's shape (graph-scim.md A6): error with code, message and innerError."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ropeway.model.problems import Problem, RopewayError, describe

PROBLEM = "@ropeway.problem"
"""Where an error carries its problem as data, for clients that know the catalogue."""

STATUS: dict[str, tuple[int, str]] = {
    "not-signed-in": (401, "InvalidAuthenticationToken"),
    "not-allowed": (403, "Authorization_RequestDenied"),
    "job-unknown": (404, "Request_ResourceNotFound"),
    "object-unknown": (404, "Request_ResourceNotFound"),
    "hold-unknown": (404, "Request_ResourceNotFound"),
    "agent-unknown": (404, "Request_ResourceNotFound"),
    "agent-removed": (403, "Authorization_RequestDenied"),
    "agent-token-refused": (401, "InvalidAuthenticationToken"),
    "agent-proof-refused": (401, "InvalidAuthenticationToken"),
    "agent-certificate-expired": (403, "Authorization_RequestDenied"),
    "agent-other-address": (403, "Authorization_RequestDenied"),
    "call-gone": (409, "Conflict"),
    "agent-out-of-step": (409, "Conflict"),
    "schema-changed": (409, "Conflict"),
    "hold-changed": (409, "Conflict"),
    "job-is-running": (409, "Conflict"),
    "lease-lost": (409, "Conflict"),
    "request-too-large": (413, "Request_EntityTooLarge"),
    "database-trouble": (503, "ServiceUnavailable"),
    "state-cannot-open": (503, "ServiceUnavailable"),
    "directory-unavailable": (503, "ServiceUnavailable"),
    "errand-not-taken": (503, "ServiceUnavailable"),
    "errand-lost": (503, "ServiceUnavailable"),
}
"""Status and Graph's code of problems; every other one is a bad request."""

OF_STATUS = {401: "InvalidAuthenticationToken", 403: "Authorization_RequestDenied", 404: "Request_ResourceNotFound"}


def refusal(request: Request, problem: Problem) -> Response:
    """The answer to a request that a problem ended."""
    status, code = STATUS.get(problem.code, (400, "Request_BadRequest"))
    return error_answer(request, status, code, describe(problem), problem)


def error_answer(request: Request, status: int, code: str, message: str, problem: Problem | None = None) -> Response:
    """An error in Graph's shape."""
    inner = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
        "request-id": request.scope.get("ropeway.request", ""),
        "client-request-id": request.headers.get("client-request-id", request.scope.get("ropeway.request", "")),
    }
    error: dict[str, Any] = {"code": code, "message": message, "innerError": inner}
    if problem is not None:
        error[PROBLEM] = msgspec.to_builtins(problem)
    headers = {"WWW-Authenticate": 'Bearer realm="ropeway"'} if status == 401 else {}
    return json_answer({"error": error}, status, headers)


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Anything msgspec knows, as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def on_problem(request: Request, error: Exception) -> Response:
    """Starlette's handler of RopewayError."""
    assert isinstance(error, RopewayError)
    return refusal(request, error.problem)


def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler of its own refusals: no such route, no such method, a body that is too large."""
    assert isinstance(error, HTTPException)
    code = OF_STATUS.get(error.status_code, "Request_BadRequest")
    answer = error_answer(request, error.status_code, code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


def on_defect(request: Request, _error: Exception) -> Response:
    """Starlette's handler of everything else; the log has the traceback, the answer nothing of it."""
    message = "Ropeway itself failed. That is a defect; what was stored is whole. The service's log tells more."
    return error_answer(request, 500, "InternalServerError", message)
