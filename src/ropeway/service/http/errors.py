"""Problems as answers, in Graph's shape (graph-scim.md A6): error with code, message and innerError."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.store.trouble import is_null_character, is_ours, state_problem
from ropeway.telemetry.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__))

PROBLEM = "@ropeway.problem"
"""Where an error carries its problem as data, for clients that know the catalogue."""

AGAIN = frozenset({"database-trouble", "state-disk-full"})
"""Problems that are over once somebody has seen to the state."""

AGAIN_AFTER = "5"
"""Seconds after which programs ask again then. They do so by themselves, as Graph's SDKs do after
every 503: none is said where what was asked for may have been done."""

STATUS: dict[str, tuple[int, str]] = {
    "not-signed-in": (401, "InvalidAuthenticationToken"),
    "not-allowed": (403, "Authorization_RequestDenied"),
    "job-unknown": (404, "Request_ResourceNotFound"),
    "object-unknown": (404, "Request_ResourceNotFound"),
    "object-not-found": (404, "Request_ResourceNotFound"),
    "domain-unknown": (404, "Request_ResourceNotFound"),
    "domain-taken": (409, "Conflict"),
    "tenant-unknown": (404, "Request_ResourceNotFound"),
    "hold-unknown": (404, "Request_ResourceNotFound"),
    "agent-unknown": (404, "Request_ResourceNotFound"),
    "application-unknown": (404, "Request_ResourceNotFound"),
    "application-credential-unknown": (404, "Request_ResourceNotFound"),
    "application-name-taken": (409, "Conflict"),
    "role-unknown": (404, "Request_ResourceNotFound"),
    "role-not-assigned": (404, "Request_ResourceNotFound"),
    "agent-removed": (403, "Authorization_RequestDenied"),
    "agent-token-refused": (401, "InvalidAuthenticationToken"),
    "agent-proof-refused": (401, "InvalidAuthenticationToken"),
    "agent-certificate-expired": (403, "Authorization_RequestDenied"),
    "agent-other-address": (403, "Authorization_RequestDenied"),
    "call-gone": (409, "Conflict"),
    "agent-out-of-step": (409, "Conflict"),
    "errand-unknown": (404, "Request_ResourceNotFound"),
    "schema-changed": (409, "Conflict"),
    "schema-changed-meanwhile": (409, "Conflict"),
    "job-name-taken": (409, "Conflict"),
    "job-changed": (412, "PreconditionFailed"),
    "hold-changed": (409, "Conflict"),
    "job-is-running": (409, "Conflict"),
    "lease-lost": (409, "Conflict"),
    "login-link-refused": (401, "InvalidAuthenticationToken"),
    "authority-of-others": (404, "Request_ResourceNotFound"),
    "login-unknown": (404, "Request_ResourceNotFound"),
    "request-too-slow": (408, "Request_Timeout"),
    "request-too-large": (413, "Request_EntityTooLarge"),
    "database-trouble": (503, "ServiceUnavailable"),
    "commit-unanswered": (500, "InternalServerError"),
    "state-cannot-open": (503, "ServiceUnavailable"),
    "state-disk-full": (503, "ServiceUnavailable"),
    "state-of-another-version": (503, "ServiceUnavailable"),
    "directory-unavailable": (503, "ServiceUnavailable"),
    "errand-not-taken": (503, "ServiceUnavailable"),
    "errand-lost": (503, "ServiceUnavailable"),
    "errand-failed": (500, "InternalServerError"),
    "resource-unknown": (404, "Request_ResourceNotFound"),
    "query-unsupported": (400, "Request_UnsupportedQuery"),
    "result-too-large": (400, "Directory_ResultSizeLimitExceeded"),
    "page-token-stale": (400, "Directory_ExpiredPageToken"),
    "content-unsupported": (415, "Request_BadRequest"),
    "not-acceptable": (406, "Request_BadRequest"),
}
"""Status and Graph's code of problems; every other one is a bad request."""

OF_REVISION = frozenset({"schema-changed-meanwhile"})
"""Problems that are a conflict where the body says what was seen, and a failed condition where If-Match does."""

OF_STATUS = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "syncStateNotFound",
    413: "Request_EntityTooLarge",
    422: "Request_UnprocessableEntity",
    429: "TooManyRequests",
}
OF_ROUTES = {
    404: "Resource not found for the segment '{segment}'.",
    405: "Specified HTTP method is not allowed for the request target.",
}
"""Graph's words (graph-scim.md A6) where Starlette knows only its own: no such route, no such method."""


WORDS = {
    "not-allowed": "Insufficient privileges to complete the operation.",
    "value-taken": "Another object with the same value for property {attribute} already exists.",
    "value-not-allowed": "Invalid value specified for property '{attribute}'.",
    "value-too-long": "Invalid value specified for property '{attribute}'.",
    "value-of-wrong-type": "Invalid value specified for property '{attribute}'.",
    "upn-not-usable": "The domain portion of the userPrincipalName property is invalid. You must use one of the "
    "verified domain names in your organization.",
    "mastered-on-premises": "Unable to update the specified properties for on-premises mastered Directory Sync objects "
    "or objects currently undergoing migration.",
    "linked-already": "One or more added object references already exist for the following modified properties: "
    "'{attribute}'.",
    "member-not-allowed": "An invalid operation was included in the following modified references: 'members'.",
    "role-assigned-already": "One or more added object references already exist for the following modified properties: "
    "'members'.",
    "object-not-found": "Resource '{identifier}' does not exist or one of its queried reference-property objects are "
    "not present.",
    "password-too-weak": "The specified password does not comply with password complexity requirements. Please provide "
    "a different password.",
    "password-of-premises": "Unable to update the specified properties for on-premises mastered Directory Sync objects "
    "or objects currently undergoing migration.",
    "agent-unknown": "Resource '{object}' does not exist or one of its queried reference-property objects are not "
    "present.",
    "resource-unknown": "Resource '{object}' does not exist or one of its queried reference-property objects are not "
    "present.",
}
"""Graph's own words, before Ropeway's, where programs look for them."""

OF_STATE = frozenset({
    "commit-unanswered", "database-trouble", "directory-unavailable", "state-cannot-open", "state-disk-full",
    "state-of-another-version",
})  # fmt: skip
"""Problems that name the file or the server of the state."""

TARGETED = {"value-taken": "ObjectConflict"}
"""Problems whose error has a detail about the property, and its code; one about the other object beside it."""


class Detail(msgspec.Struct, frozen=True):
    """One of several things that are wrong, and with which property."""

    code: str
    message: str
    target: str


class Unfit(HTTPException):
    """Values that are written as they should be, and cannot be so: 422, each with a detail."""

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__(422, "The values provided contain one or more validation errors.")
        self.details = details


def refusal(request: Request, problem: Problem) -> Response:
    """The answer to a request that a problem ended; where the state is, and what its server says, the log is told."""
    if problem.code in OF_STATE:
        _seldom.warning("Requests meet trouble: %s", describe(problem))
        problem = Problem(problem.code, details={"error": "the service's log has it", "folder": "FOLDER"})
    status, code = STATUS.get(problem.code, (400, "Request_BadRequest"))
    if problem.code in OF_REVISION and request.headers.get("if-match", "*") != "*":
        status, code = STATUS["job-changed"]
    request.scope["ropeway.problem"] = problem.code
    words = WORDS.get(problem.code, "").format_map(_Told(problem))
    return error_answer(request, status, code, f"{words} {describe(problem)}".strip(), problem)


class _Told(dict[str, str]):
    """What a problem says, by name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.details, object=problem.object, attribute=problem.attribute)

    def __missing__(self, key: str) -> str:
        return ""


def error_answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    problem: Problem | None = None,
    details: Sequence[Detail] = (),
) -> Response:
    """An error in Graph's shape."""
    inner = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
        "request-id": request.scope.get("ropeway.request", ""),
        "client-request-id": request.headers.get("client-request-id", request.scope.get("ropeway.request", "")),
    }
    error: dict[str, Any] = {"code": code, "message": message, "innerError": inner}
    if problem is not None:
        error[PROBLEM] = msgspec.to_builtins(problem)
        if (told := TARGETED.get(problem.code)) is not None:
            targets = {told: problem.attribute, "ConflictingObjects": problem.details.get("id")}
            details = [Detail(code, message, target) for code, target in targets.items() if target]
    if details:
        error["details"] = details
    headers = {"WWW-Authenticate": _challenge(request)} if status == 401 else {}
    if problem is not None and problem.code in AGAIN:
        headers["Retry-After"] = AGAIN_AFTER
    return json_answer({"error": error}, status, headers)


def _challenge(request: Request) -> str:
    """How to come (RFC 6750 3): whoever brought a token is told that it is not good."""
    return 'Bearer realm="ropeway"' + (', error="invalid_token"' if "authorization" in request.headers else "")


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Anything msgspec knows, as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def on_problem(request: Request, error: Exception) -> Response:
    """Starlette's handler of RopewayError."""
    assert isinstance(error, RopewayError)
    return refusal(request, error.problem)


def on_database(request: Request, error: Exception) -> Response:
    """Starlette's handler of what a database says, where no call of Control did: it is away, or busy.

    Text that it cannot hold is a fault of the request.
    """
    if isinstance(error, DBAPIError) and is_null_character(error):
        return refusal(request, Problem("text-unreadable", value="NUL"))
    if is_ours(error):
        raise error
    return refusal(request, state_problem(error, "database-trouble"))


def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler of its own refusals: no such route, no such method, a body that is too large."""
    assert isinstance(error, HTTPException)
    code = OF_STATUS.get(error.status_code, "Request_BadRequest")
    own = error.detail == HTTPStatus(error.status_code).phrase
    words = OF_ROUTES.get(error.status_code, error.detail) if own else error.detail
    segment = request.url.path.rstrip("/").rpartition("/")[2][:64]
    told = error.details if isinstance(error, Unfit) else ()
    answer = error_answer(request, error.status_code, code, words.replace("{segment}", segment), details=told)
    answer.headers.update(error.headers or {})
    return answer


def on_defect(request: Request, _error: Exception) -> Response:
    """Starlette's handler of everything else; the log has the traceback, the answer nothing of it."""
    message = "Ropeway itself failed. That is a defect; what was stored is whole. The service's log tells more."
    return error_answer(request, 500, "InternalServerError", message)
