"""Sign-in on another device: what a device is told to show, and tokens when somebody said yes (RFC 8628)."""

# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false, reportUnknownParameterType=false

from __future__ import annotations

from functools import partial
from typing import Any

from authlib.oauth2.rfc8628 import DeviceCodeGrant
from sqlalchemy import Connection

from ropeway.directory import people
from ropeway.service.identity.clients import OURS
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.requests import Answered, Posted, TokenRequest
from ropeway.service.identity.scopes import read_scopes
from ropeway.service.identity.server import Server
from ropeway.service.identity.tokens import SignedIn
from ropeway.store import devices
from ropeway.store.devices import Details, Device
from ropeway.store.lockouts import network_of


class ByDevice(DeviceCodeGrant):
    """A person who signed in elsewhere."""

    TOKEN_ENDPOINT_AUTH_METHODS = [OURS]  # noqa: RUF012 - as Authlib has it
    request: TokenRequest
    server: Server

    def validate_token_request(self) -> None:
        """Refusals for a code of nobody, one that expired, a no, and as long as nobody answered."""
        self.authenticate_token_endpoint_client()
        request, server, now = self.request, self.server, self.server.issuer.clock()
        assert request.app is not None
        if not request.form.get("device_code"):
            raise Refusal(900144, "device_code")
        with server.database.read() as c:
            device = devices.find(c, server.tenant, request.form["device_code"])
            if device is None or device.application != request.app.id:
                raise Refusal(70018)
            request.person = people.by_id(c, server.tenant, device.person) if device.person else None
        if device.expires <= now:
            raise Refusal(70020)
        self._check(device, now)
        request.device = device
        request.scopes = read_scopes(" ".join(device.details.scopes), server.issuer.url)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Tokens, this once."""
        request, device = self.request, self.request.device
        assert request.app is not None
        assert request.person is not None
        assert device is not None
        signed = SignedIn(request.person, request.app, device.details.ways, device.details.at)
        return 200, self.server.give(request, signed, partial(_once, device)), self.TOKEN_RESPONSE_HEADER

    def _check(self, device: Device, now: float) -> None:
        match device.details.answer:
            case "no":
                raise Refusal(65004, error="authorization_declined")
            case "":
                with self.server.database.write() as c:
                    in_time = devices.ask(c, device, now)
                raise Refusal(70016, error="authorization_pending" if in_time else "slow_down")
            case "yes":
                if self.request.person is None or not self.request.person.enabled:
                    raise Refusal(50057 if self.request.person else 50173)


def begin(server: Server, posted: Posted) -> Answered:
    """POST /devicecode: what the device shows, and with what it asks; Refusal 90033 where too many begin."""
    app = server.clients.authenticated(posted.form, posted.headers).app
    scopes = read_scopes(posted.form.get("scope", ""), server.issuer.url)
    if not scopes.words:
        raise Refusal(900144, "scope")
    if not server.devices.take(network_of(posted.address)):
        raise Refusal(90033)
    details = Details(scopes.words, scopes.resource, posted.address)
    with server.database.write() as c:
        code, typed = devices.begin(c, server.tenant, app.id, details, server.issuer.clock())
    where = f"{server.issuer.url}/{server.name}/device"
    told = {
        "user_code": typed,
        "device_code": code.reveal(),
        "verification_uri": where,
        "verification_uri_complete": f"{where}?user_code={typed}",
        "expires_in": int(devices.GOOD_FOR),
        "interval": int(devices.EVERY),
        "message": f"To sign in, open the page {where} in a web browser and enter the code {typed}.",
    }
    return Answered(200, told)


def _once(device: Device, c: Connection, _family: str) -> Refusal | None:
    return None if devices.take(c, device) else Refusal(70018)
