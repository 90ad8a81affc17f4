"""Refusals in Entra ID's words: OAuth's error, an AADSTS number, ids to search logs by (graph-scim.md D3, D4)."""

from __future__ import annotations

import time
import uuid
from typing import Any

from authlib.oauth2 import OAuth2Error

from ropeway.model.sign_in_errors import KINDS

SUBERRORS = {
    50055: "user_password_expired",
    50076: "basic_action",
    50079: "basic_action",
    50173: "bad_token",
    65001: "consent_required",
    70000: "bad_token",
    70008: "token_expired",
}
"""What tells a client what to do next (MSAL's `classification`)."""


class Refusal(OAuth2Error):  # noqa: N818 - an answer
    """An answer of the token endpoint, or of discovery, that gives nothing."""

    def __init__(self, number: int, about: str = "", *, error: str = "", reason: int = 0) -> None:
        usual, status, words = KINDS[number]
        super().__init__(error=error or usual, status_code=status)  # pyright: ignore[reportUnknownMemberType] - Authlib's own
        self.number, self.suberror = number, SUBERRORS.get(number, "")
        self.reason = reason or number
        """What the sign-in log says, where strangers are told less."""
        self.words = words.replace("{0}", plain(about))

    def body(self, request_id: str, correlation: str) -> dict[str, Any]:
        """The answer's JSON."""
        moment = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace = request_id or str(uuid.uuid4())
        words = f"{self.words} Trace ID: {trace} Correlation ID: {correlation or trace} Timestamp: {moment}"
        told: dict[str, Any] = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {words}",
            "error_codes": [self.number],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": correlation or trace,
        }
        return told | ({"suberror": self.suberror} if self.suberror else {})


def plain(text: str) -> str:
    """What somebody sent, fit for a sentence: printable, short."""
    return "".join(c for c in text if c.isprintable() and c not in "<>\"'&\\")[:100]
