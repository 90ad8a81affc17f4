"""A running service of the tenant Contoso, with its control, for tests of sign-in."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc.jwk import RSAKey

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.protocol import ApplicationView
from ropeway.control.sources import FromHere
from ropeway.directory import Directory
from ropeway.model.secret import Secret
from ropeway.service.http.sealing import open_seal
from ropeway.service.identity.issuer import Issuer
from ropeway.service.identity.keys import SigningKeys
from ropeway.service.links import Link, read
from ropeway.store import families
from ropeway.store.database import Database
from ropeway.store.roles import assign
from tests.fixtures.https import Clock, RunningService, a_service

GRAPH = "https://graph.microsoft.com/.default"
PASSWORD = "Correct-Horse-7"


@dataclass
class Office:
    """What a test of sign-in needs."""

    service: RunningService
    database: Database
    control: InProcess
    ca: Path
    clock: Clock
    tenant: str

    @property
    def authority(self) -> str:
        return f"{self.service.url}/{self.tenant}"

    def link(self) -> Link:
        assert self.service.told.link
        return read(self.service.told.link.reveal())

    def application(self, name: str = "Reports", *permissions: str) -> tuple[ApplicationView, str]:
        """An application with a secret and these permissions."""
        made = self.control.create_application(name)
        if permissions:
            self.control.set_permissions(name, grant=permissions)
        return made, self.control.add_secret(name).secret

    def shape(self, upn: str) -> dict[str, Any]:
        """What a user of the cloud must have."""
        nick = upn.partition("@")[0]
        names = {"displayName": nick.title(), "mailNickname": nick, "userPrincipalName": upn}
        return {"accountEnabled": True, **names}

    def account(self, upn: str, password: str = PASSWORD) -> str:
        """A user of the cloud with a password; the id."""
        made = self.control.create_object("users", self.shape(upn))
        self.control.set_password(upn, Secret(password), must_change=False)
        return made["id"]

    def post(self, **form: str) -> httpx2.Response:
        """A request of the token endpoint, as anybody may send it."""
        with self.service.client(verify=False) as client:
            return client.post(f"/{self.tenant}/oauth2/v2.0/token", data=form)

    def token(self, app: ApplicationView, secret: str, scope: str = GRAPH) -> str:
        """An access token of an application that acts by itself."""
        answer = self.post(grant_type="client_credentials", client_id=app.app_id, client_secret=secret, scope=scope)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def person(self, name: str, *roles: str, **properties: Any) -> str:
        """The id of a new person of the cloud alone, `anna` of contoso.test, with these directory roles."""
        said = {"displayName": name.title(), "mailNickname": name, "userPrincipalName": f"{name}@contoso.test"}
        made = Directory(self.database, TENANT, clock=self.clock).create_object(
            "users", said | {"accountEnabled": True} | properties
        )["id"]
        with self.database.write() as c:
            for role in roles:
                assign(c, TENANT, role, made, self.clock())
        return made

    def token_for(self, person: str, *scopes: str, app: ApplicationView | None = None, **claims: Any) -> str:
        """A token of an application that acts for a person, signed with the service's own key."""
        app = app or self.control.application("First")
        said = {"oid": person, "sub": person, "scp": " ".join(scopes), "appid": app.app_id, "azp": app.app_id}
        name, details = families.new_name(), families.Details(scopes, "https://graph.microsoft.com", 0.0, ("pwd",))
        with self.database.write() as c:
            families.begin(c, TENANT, name, app.id, person, details, self.clock())
        said["sid"] = families.id_of(name)
        issuer = Issuer(self.service.url, self.tenant, self._keys, self.clock)
        return issuer.sign(said | {"idtyp": "user"} | claims, "https://graph.microsoft.com")

    def signing_key(self) -> RSAKey:
        """The key with which the service signs now."""
        return self._keys.signing()[1]

    @property
    def _keys(self) -> SigningKeys:
        return SigningKeys(self.database, TENANT, open_seal(self.service.settings.seal_file), self.clock)

    def refused(self, **form: str) -> tuple[int, str, int]:
        """Status, OAuth's error and the AADSTS number of a refusal."""
        answer = self.post(**form)
        told = answer.json()
        assert told["error_description"].startswith(f"AADSTS{told['error_codes'][0]}: ")
        assert told["trace_id"] == answer.headers["request-id"]
        return answer.status_code, told["error"], told["error_codes"][0]

    def status(self, token: str, path: str, method: str = "GET") -> int:
        """What the API answers to a token."""
        with self.service.client(verify=False, token=token) as client:  # its certificate does not follow the clock
            return client.request(method, path, json={} if method in ("POST", "PATCH", "PUT") else None).status_code


def own_certificate(folder: Path, name: str = "app") -> tuple[str, str, x509.Certificate]:
    """A self-signed certificate: its key and itself in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    bare = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return bare.decode(), made.public_bytes(encoding).decode(), made


@contextmanager
def opened(folder: Path, **settings: Any) -> Generator[Office]:
    """An office, open."""
    clock = Clock()
    with a_service(folder / "service", clock, **settings) as service:
        database = open_database(service.settings.state)
        control = InProcess(database, FromHere())
        control.add_domain("contoso.test")
        control.verify_domain("contoso.test")
        ca = folder / "ca.pem"
        ca.write_text(service.ca)
        tenant = control.create_application("First").tenant
        yield Office(service, database, control, ca, clock, tenant)
        control.close()


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Generator[Office]:
    """One for all tests of a file that only ask."""
    with opened(tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Office]:
    """An office of one's own."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)  # they outweigh `verify` (graph-scim.md D5)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with opened(tmp_path) as found:
        yield found


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def wrong(claims: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Claims with some of them otherwise; None takes one away."""
    return {name: value for name, value in (claims | changed).items() if value is not None}
