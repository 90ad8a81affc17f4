"""What python-ldap's errors mean for the person who must act, and for what happens next.

Result codes: RFC 4511 appendix A. The `data` codes of a refused bind: [MS-ADTS] 3.1.1.3.1.3, [MS-ERREF] 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from ropeway.connectors.active_directory.openldap import ldap
from ropeway.model.problems import Problem, RopewayError


class Lost(Exception):  # noqa: N818 - not an error: the next controller is asked
    """A controller cannot be reached, or went away in the middle; another may do the same work."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Refused(Exception):  # noqa: N818 - not an error: another method may be allowed
    """The controller does not let this account use this control, or does not have it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Missing(Exception):  # noqa: N818 - not an error: an answer
    """The object asked for does not exist or cannot be seen."""


BIND_CODES = {
    "525": "account-unknown",
    "52e": "password-wrong",
    "530": "logon-hours",
    "531": "logon-workstation",
    "532": "password-expired",
    "533": "account-disabled",
    "701": "account-expired",
    "773": "password-must-change",
    "775": "account-locked",
}
"""The hexadecimal number after `data` in the diagnostic text of result 49, to the problem code."""

UNREACHABLE = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.TIMELIMIT_EXCEEDED)
_BUSY = (ldap.BUSY, ldap.UNAVAILABLE)
_NO_RIGHTS = (ldap.INSUFFICIENT_ACCESS,)
_NOT_OFFERED = (ldap.UNAVAILABLE_CRITICAL_EXTENSION, ldap.UNWILLING_TO_PERFORM, ldap.PROTOCOL_ERROR)
_NO_SUCH = (ldap.NO_SUCH_OBJECT, ldap.INVALID_DN_SYNTAX)
_SIGNING = (ldap.STRONG_AUTH_REQUIRED, ldap.CONFIDENTIALITY_REQUIRED)


def translated(error: Any, controller: str, user: str) -> Exception:
    """The exception to raise in place of an `ldap.LDAPError` of any operation after the bind."""
    reason = diagnostic(error)
    details = {"controller": controller, "user": user, "reason": reason}
    if isinstance(error, _NO_SUCH):
        return Missing(reason)
    if isinstance(error, _BUSY):
        return Lost(Problem("controller-busy", object=controller, details=details))
    if isinstance(error, UNREACHABLE):
        return Lost(Problem("controller-lost", object=controller, details=details))
    if isinstance(error, _NO_RIGHTS):
        return Refused(Problem("rights-missing", object=controller, details=details))
    if isinstance(error, _NOT_OFFERED):
        return Refused(Problem("operation-refused", object=controller, details=details))
    return RopewayError(Problem("operation-refused", object=controller, details=details))


def connecting(error: Any, controller: str, user: str, complaint: str | None) -> Exception:
    """The exception for an error while connecting, starting TLS or binding; `complaint` is what is wrong with TLS."""
    reason = complaint or diagnostic(error)
    details = {"controller": controller, "user": user, "reason": reason}
    if isinstance(error, ldap.INVALID_CREDENTIALS):
        return RopewayError(Problem(bind_code(reason), object=user, details=details))
    if isinstance(error, _SIGNING):
        return RopewayError(Problem("protection-required", object=controller, details=details))
    if complaint is not None:
        return Lost(Problem("certificate-not-trusted", object=controller, details=details))
    if isinstance(error, UNREACHABLE + _BUSY):
        return unreachable(controller, reason)
    if isinstance(error, ldap.LOCAL_ERROR):
        return RopewayError(Problem("kerberos-failed", object=user, details=details))
    return RopewayError(Problem("bind-refused", object=user, details=details))


def unreachable(controller: str, reason: str) -> Lost:
    """A controller, as host:port, that does not answer."""
    host, _, port = controller.rpartition(":")
    details = {"controller": controller, "host": host, "port": port, "reason": reason}
    return Lost(Problem("controller-unreachable", object=controller, details=details))


def after_others(last: Problem, others: Sequence[Problem]) -> Problem:
    """The problem of the controller tried last, naming those tried before it and what was wrong with them."""
    before = ", ".join(f"{one.object} ({one.details.get('reason', one.code)})" for one in others)
    if not before:
        return last
    reason = f"{last.details.get('reason', '')}; tried before: {before}"
    return msgspec.structs.replace(last, details=last.details | {"reason": reason})


def bind_code(reason: str) -> str:
    """The problem code of a refused bind, by the sub-code in its diagnostic text."""
    found = re.search(r"\bdata ([0-9a-fA-F]+)\b", reason)
    return BIND_CODES.get(found[1].lower() if found else "", "bind-refused")


def diagnostic(error: Any) -> str:
    """What the server and the library said, as one printable line."""
    told: object = error.args[0] if error.args else ""
    if not isinstance(told, dict):
        return _line(str(told))
    words = cast("dict[str, object]", told)
    text = ": ".join(str(words[key]).strip() for key in ("desc", "info") if words.get(key))
    return _line(text)


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:400].strip()
