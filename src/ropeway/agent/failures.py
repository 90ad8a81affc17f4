"""What goes wrong on the way to the service, for the person who must act."""

from __future__ import annotations

import re
import ssl

import httpx2
import msgspec
from websockets.exceptions import InvalidHandshake, InvalidProxyStatus

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown

Failure = (httpx2.HTTPError, httpx2.InvalidURL, InvalidHandshake, OSError, EOFError, TimeoutError)
"""Whatever httpx2 and websockets raise when they cannot reach or understand the other side."""

PROXY_WANTS_NAME = 407


class _Inner(msgspec.Struct):
    problem: Problem | None = msgspec.field(default=None, name="@ropeway.problem")


class _Body(msgspec.Struct):
    error: _Inner


def unreachable(error: BaseException, service: str, proxy: str | None) -> RopewayError:
    """The problem behind a failed request; `proxy` is its address without name and password."""
    status = _proxy_status(error)
    if proxy and status:
        code = "agent-proxy-credentials" if status[0] == PROXY_WANTS_NAME else "agent-proxy-refused"
        return RopewayError(Problem(code, object=proxy, details={"reason": shown(f"{status[0]} {status[1]}".strip())}))
    reason = shown(_cause(error))
    if _is_untrusted(error):
        return RopewayError(Problem("agent-service-not-trusted", object=service, details={"reason": reason}))
    if proxy and _is_of_first_hop(error):
        return RopewayError(Problem("agent-proxy-unreachable", object=proxy, details={"reason": reason}))
    return RopewayError(Problem("agent-service-unreachable", object=service, details={"reason": reason}))


def told(status: int, body: bytes, service: str) -> RopewayError:
    """The problem that the service itself tells; `agent-service-strange` where something else answered."""
    try:
        problem = msgspec.json.decode(body, type=prepared(_Body)).error.problem
    except (msgspec.MsgspecError, RecursionError):
        problem = None
    if problem is None:
        return RopewayError(Problem("agent-service-strange", object=service, details={"status": str(status)}))
    return RopewayError(problem)


def _proxy_status(error: BaseException) -> tuple[int, str] | None:
    if isinstance(error, InvalidProxyStatus):
        return error.response.status_code, error.response.reason_phrase
    found = re.match(r"(\d{3})\b\s*(.*)", str(error)) if isinstance(error, httpx2.ProxyError) else None
    return (int(found[1]), found[2]) if found else None


def _is_untrusted(error: BaseException) -> bool:
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _chain(error)) or "CERTIFICATE_VERIFY" in str(
        error
    )


def _is_of_first_hop(error: BaseException) -> bool:
    refused = any(isinstance(one, (ConnectionRefusedError, TimeoutError)) for one in _chain(error))
    return isinstance(error, httpx2.ConnectTimeout) or "Name or service" in str(error) or refused


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _cause(error: BaseException) -> str:
    texts = [str(one).strip() for one in _chain(error)]
    return next((text for text in texts if text), type(error).__name__)
