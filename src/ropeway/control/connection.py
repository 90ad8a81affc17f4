"""One connection to a service over HTTPS, verified; what goes wrong on it as problems."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2
import msgspec

from ropeway import __version__
from ropeway.control.calls import BASE, CALLS
from ropeway.control.wire.sending import Request
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret
from ropeway.telemetry import tracing

CONNECT, ANSWER = 10.0, 60.0
"""Seconds: to be connected; between two pieces of an answer (an errand's says every 10 that nothing is wrong)."""

PROBLEM = "@ropeway.problem"
"""Where an error of the service carries its problem (graph-scim.md A6 for the rest of it)."""

_NUMBER = re.compile(r"\[Errno -?\d+\] ")

LONGEST_ERROR = 1 << 20
"""Bytes of an error that are read."""

MOST_WAITS, LONGEST_WAIT = 5, 60
"""How often, and for how many seconds, a service is waited for that is asked too much."""


Token = Callable[[], Secret[str]]
"""What says who is asking, as it is good now."""


class _Error(msgspec.Struct, rename={"problem": PROBLEM}):
    code: str = ""
    message: str = ""
    problem: Problem | None = None


class _Refusal(msgspec.Struct):
    error: _Error


class _Status(msgspec.Struct):
    version: str


class Connection:
    """To one service, as one administrator."""

    def __init__(self, url: str, token: Token, ca: str | None) -> None:
        self.url, self._token = url.rstrip("/"), token
        self._client = httpx2.Client(
            base_url=self.url,
            verify=_trust(self.url, ca),
            timeout=httpx2.Timeout(ANSWER, connect=CONNECT),
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
            trust_env=not _is_here(self.url),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    @contextmanager
    def asked(self, request: Request) -> Generator[httpx2.Response, None, None]:
        """The answer to a request, its body still to be read; RopewayError where it is a refusal, or none comes."""
        query = httpx2.QueryParams(list(request.query))
        json = {"Content-Type": "application/json"} if request.body is not None else {}
        with tracing.span("ask", method=request.verb), _troubles(self.url):
            headers = request.headers | json | tracing.headers()
            headers["Authorization"] = f"Bearer {self._token().reveal()}"
            made = self._client.build_request(
                request.verb, request.path, params=query, headers=headers, content=request.body
            )
            response = self._sent(made)
            try:
                if not response.is_success:
                    raise self._refusal(response)
                yield response
            finally:
                response.close()

    def _sent(self, made: httpx2.Request) -> httpx2.Response:
        """The answer; that of a service which has been asked too much, after the seconds that it wants (RFC 6585 4)."""
        for _ in range(MOST_WAITS):
            response = self._client.send(made, stream=True)
            wait = response.headers.get("Retry-After", "") if response.status_code == 429 else ""
            if not (wait.isascii() and wait.isdecimal() and len(wait) <= 4 and int(wait) <= LONGEST_WAIT):
                return response
            response.close()
            time.sleep(int(wait))
        return self._client.send(made, stream=True)

    def _refusal(self, response: httpx2.Response) -> RopewayError:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LONGEST_ERROR:
                break
        told = shown(bytes(body[:200]).decode("utf-8", "replace")) or response.reason_phrase
        try:
            error = msgspec.json.decode(bytes(body), type=prepared(_Refusal)).error
            if error.problem is not None:
                return RopewayError(error.problem)
            told = shown(error.message)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
        response.close()
        return self.otherwise(str(response.status_code), told)

    def otherwise(self, status: str, answer: str) -> RopewayError:
        """An answer that no service of this version gives: whether that is because it is of another version."""
        theirs = "" if status == "429" else self._version()
        details = {"url": self.url, "status": status, "answer": answer}
        if theirs and theirs != __version__:
            versions = {"service": theirs, "command": __version__}
            return RopewayError(Problem("service-of-other-version", details=details | versions))
        return RopewayError(Problem("service-answers-otherwise", details=details))

    def _version(self) -> str:
        """That of the service; empty where it does not say."""
        with suppress(httpx2.HTTPError, msgspec.MsgspecError, UnicodeDecodeError):
            headers = {"Authorization": f"Bearer {self._token().reveal()}"}
            said = self._client.get(f"{BASE}/{CALLS['service_status'].path}", headers=headers).content
            return shown(msgspec.json.decode(said, type=prepared(_Status)).version)
        return ""


def without_number(said: str) -> str:
    """What the system said, without its number of the error: `[Errno 111] Connection refused`."""
    return shown(_NUMBER.sub("", said))


@contextmanager
def _troubles(url: str) -> Generator[None, None, None]:
    try:
        yield
    except httpx2.ConnectError as error:
        certificate = _certificate(error)
        code = "service-not-trusted" if certificate else "service-unreachable"
        told = certificate or without_number(str(error)) or "no connection"
        raise RopewayError(Problem(code, details={"url": url, "error": told})) from error
    except httpx2.TimeoutException as error:
        told = "it took too long"
        raise RopewayError(Problem("service-unreachable", details={"url": url, "error": told})) from error
    except httpx2.TransportError as error:
        told = shown(str(error)) or type(error).__name__
        raise RopewayError(Problem("service-unreachable", details={"url": url, "error": told})) from error


def _certificate(error: BaseException | None) -> str:
    """Why a certificate was not accepted, where that is the cause."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message or "it cannot be verified"
        error = error.__cause__ or error.__context__
    return ""


def _trust(url: str, ca: str | None) -> ssl.SSLContext:
    """The authority that was seen at sign-in, and no other; without one, those of the system."""
    try:
        return ssl.create_default_context(cadata=ca)
    except ssl.SSLError as error:
        told = f"the authority kept at sign-in is damaged ({error.reason})"
        raise RopewayError(Problem("service-not-trusted", details={"url": url, "error": told})) from error


def _is_here(url: str) -> bool:
    """Whether the service is on this machine, to which no proxy leads."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
