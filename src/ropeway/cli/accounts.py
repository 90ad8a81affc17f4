"""Signing in with an account of one's own: OAuth 2.0 for native programs (RFC 8252, 7636, 8628), and tokens renewed."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec

from ropeway.cli import signed_in as here
from ropeway.cli.asking import Trust, ask_identity
from ropeway.cli.exits import Code, Refused
from ropeway.cli.loopback import Loopback
from ropeway.cli.signed_in import SignedIn
from ropeway.model.permissions import AS_THE_PERSON, COMMAND_LINE
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret

SCOPE = f"openid profile offline_access {AS_THE_PERSON}"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

EARLY = 120.0
"""Seconds before its end at which a token is renewed."""

Say = Callable[[str], None]


class Place(NamedTuple):
    """Sign-in of one tenant of a service."""

    trust: Trust
    tenant: str
    """The tenant's id, or what leads to it."""

    def at(self, name: str) -> str:
        """An endpoint of it."""
        return f"{self.trust.url}/{self.tenant}/oauth2/v2.0/{name}"


def address(text: str) -> str:
    """A service's address as somebody typed it, without a slash at the end."""
    try:
        parts = urlsplit(text.rstrip("/"))
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    if not good or parts.username is not None or parts.path or parts.query or parts.fragment:
        raise Refused("--url is https://HOST:PORT, and no more.")
    return f"https://{parts.netloc}"


def find(trust: Trust, tenant: str) -> Place:
    """Sign-in of a tenant, by id or domain; empty: the one that the service has."""
    path = f"/{tenant or 'organizations'}/v2.0/.well-known/openid-configuration"
    status, told = ask_identity(trust, trust.url + path)
    issuer = str(told.get("issuer", ""))
    start, end = f"{trust.url}/", "/v2.0"
    if status != 200:
        raise _refused(told, trust.url)
    if not (issuer.startswith(start) and issuer.endswith(end)):
        raise Refused(f"The service calls itself {shown(issuer.rpartition(end)[0])}. Sign in to it there.")
    return Place(trust, issuer.removeprefix(start).removesuffix(end))


def by_browser(place: Place, say: Say, open_: Callable[[str], None]) -> SignedIn:
    """A browser on this machine, which comes back to a port of it with a code."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with Loopback(state, f"{place.trust.url}/{place.tenant}/v2.0") as back:
        asked = {"client_id": COMMAND_LINE, "response_type": "code", "redirect_uri": back.uri, "scope": SCOPE}
        asked |= {"state": state, "code_challenge": challenge, "code_challenge_method": "S256"}
        where = f"{place.at('authorize')}?{urlencode(asked)}"
        say(f"Sign in at your browser, at this address:\n{where}")
        open_(where)
        code = back.wait()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back.uri, "code_verifier": verifier}
    return _signed(place, _given(place, form))


def by_device(place: Place, say: Say) -> SignedIn:
    """A browser on any machine, where a code is typed that is shown here."""
    status, told = ask_identity(place.trust, place.at("devicecode"), {"client_id": COMMAND_LINE, "scope": SCOPE})
    if status != 200:
        raise _refused(told, place.trust.url)
    say(str(told["message"]))
    wait, ends = float(told["interval"]), time.monotonic() + float(told["expires_in"])
    form = {"grant_type": DEVICE, "device_code": str(told["device_code"]), "client_id": COMMAND_LINE}
    while time.monotonic() < ends:
        time.sleep(wait)
        status, answer = ask_identity(place.trust, place.at("token"), form)
        if status == 200:
            return _signed(place, answer)
        wait += 5.0 if answer.get("error") == "slow_down" else 0.0
        if answer.get("error") not in ("slow_down", "authorization_pending"):
            raise _refused(answer, place.trust.url)
    raise Refused("Nobody typed the code in time. Begin anew.", Code.FAILED)


def token_of(signed: SignedIn) -> Callable[[], Secret[str]]:
    """The token of a sign-in as it is good now, however long a command takes."""
    present = signed

    def token() -> Secret[str]:
        nonlocal present
        if present.refresh is not None and datetime.fromisoformat(present.expires).timestamp() < time.time() + EARLY:
            present = renewed(present)
        return present.token

    return token


def renewed(signed: SignedIn) -> SignedIn:
    """The same sign-in with its next token, kept; another command may have got it already."""
    with here.alone():
        now = here.signed_in()
        if now is not None and now.url == signed.url and now.token.reveal() != signed.token.reveal():
            return now
        if signed.refresh is None:
            return signed
        place = Place(Trust(signed.url, signed.ca), signed.tenant)
        form = {"grant_type": "refresh_token", "refresh_token": signed.refresh.reveal()}
        made = replace(_signed(place, _given(place, form)), name=signed.name)
        here.remember(made)
        return made


def leave(signed: SignedIn) -> None:
    """The sign-in is over at the service, its tokens with it."""
    if signed.refresh is not None:
        place = Place(Trust(signed.url, signed.ca), signed.tenant)
        ask_identity(place.trust, place.at("revoke"), {"client_id": COMMAND_LINE, "token": signed.refresh.reveal()})


def _given(place: Place, form: dict[str, str]) -> dict[str, Any]:
    status, told = ask_identity(place.trust, place.at("token"), {"client_id": COMMAND_LINE, **form})
    if status != 200:
        raise _refused(told, place.trust.url)
    return told


def _signed(place: Place, told: dict[str, Any]) -> SignedIn:
    expires = datetime.fromtimestamp(time.time() + float(told["expires_in"]), UTC).isoformat()
    token, refresh = Secret(str(told["access_token"])), Secret(str(told["refresh_token"]))
    return SignedIn(
        place.trust.url, token, place.trust.ca, _name(str(told["id_token"])), expires, place.tenant, refresh=refresh
    )


def _name(id_token: str) -> str:
    """Whom an id token names; it came over TLS from the service itself (OpenID Connect Core 3.1.3.7)."""
    part = id_token.split(".")[1]
    said: dict[str, Any] = msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return str(said["preferred_username"])


def _refused(told: dict[str, Any], url: str) -> RopewayError | Refused:
    words = shown(str(told.get("error_description", "")).partition(" Trace ID:")[0])
    if not words:
        details = {"url": url, "status": "", "answer": ""}
        return RopewayError(Problem("service-answers-otherwise", details=details))
    return Refused(f"The service does not sign you in: {words}", Code.FAILED)
