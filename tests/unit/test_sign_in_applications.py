"""Applications sign in by secret and certificate, with Microsoft's own libraries, unchanged, over TLS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from pathlib import Path
from typing import Any

import msal
import pytest
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography.hazmat.primitives import hashes
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.unit.sign_in_office import GRAPH, Office, claims, office, own_certificate, wrong

__all__ = ["office"]

DAY = 86400.0
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@pytest.mark.parametrize("form", ["authority", "oidc_authority", "instance_discovery"])
def test_msal_signs_in_with_a_secret(office: Office, form: str) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    ways: dict[str, dict[str, Any]] = {
        "authority": {"authority": office.authority, "instance_discovery": False},
        "oidc_authority": {"oidc_authority": f"{office.authority}/v2.0"},
        "instance_discovery": {
            "authority": office.authority,
            "instance_discovery": f"{office.service.url}/common/discovery/instance",
        },
    }
    client = msal.ConfidentialClientApplication(
        app.app_id, client_credential=secret, verify=str(office.ca), **ways[form]
    )
    told = client.acquire_token_for_client([GRAPH])
    assert told["token_type"] == "Bearer", told
    said = claims(told["access_token"])
    assert said["roles"] == ["AuditLog.Read.All"]
    assert (said["tid"], said["appid"], said["aud"]) == (office.tenant, app.app_id, "https://graph.microsoft.com")
    assert office.status(told["access_token"], "/v1.0/auditLogs/directoryAudits") == 200


@pytest.mark.parametrize("thumbprint", [True, False], ids=["x5t", "x5t#S256 and x5c"])
def test_msal_signs_in_with_a_certificate(office: Office, tmp_path: Path, thumbprint: bool) -> None:
    app, _ = office.application("Reports", "AuditLog.Read.All")
    key, pem, certificate = own_certificate(tmp_path)
    office.control.add_certificate("Reports", pem)
    shown: dict[str, Any] = {"private_key": key, "public_certificate": pem}
    if thumbprint:
        shown = {"private_key": key, "thumbprint": certificate.fingerprint(hashes.SHA1()).hex()}
    client = msal.ConfidentialClientApplication(
        app.app_id, client_credential=shown, oidc_authority=f"{office.authority}/v2.0", verify=str(office.ca)
    )
    told = client.acquire_token_for_client([GRAPH])
    assert "access_token" in told, told
    assert office.status(told["access_token"], "/v1.0/auditLogs/directoryAudits") == 200, told


def test_azure_identity_signs_in_with_secret_and_certificate(office: Office, tmp_path: Path) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    key, pem, _ = own_certificate(tmp_path)
    office.control.add_certificate("Reports", pem)
    common: dict[str, Any] = {
        "authority": office.service.url,
        "disable_instance_discovery": True,
        "connection_verify": str(office.ca),
    }
    with ClientSecretCredential(office.tenant, app.app_id, secret, **common) as by_secret:
        assert office.status(by_secret.get_token(GRAPH).token, "/v1.0/auditLogs/directoryAudits") == 200
    data = (key + pem).encode()
    with CertificateCredential(office.tenant, app.app_id, certificate_data=data, **common) as by_certificate:
        assert office.status(by_certificate.get_token(GRAPH).token, "/v1.0/auditLogs/directoryAudits") == 200


def test_a_permission_opens_its_routes_and_nothing_else(office: Office) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    token = office.token(app, secret)
    assert office.status(token, "/v1.0/auditLogs/directoryAudits") == 200
    for path in ("/v1.0/servicePrincipals", "/v1.0/ropeway/applications", "/login/tokens", "/v1.0/ropeway/roles"):
        assert office.status(token, path) == 403, path
    assert office.status(token, "/logout", "POST") == 403
    assert office.status(token, "/v1.0/ropeway/applications/Reports/secrets", "POST") == 403


def test_a_token_is_worth_nothing_once_it_expired_or_its_application_is_gone(office: Office) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    token = office.token(app, secret)
    office.clock.now += 3700
    assert office.status(token, "/v1.0/auditLogs/directoryAudits") == 401
    token = office.token(app, secret)
    assert office.status(token, "/v1.0/auditLogs/directoryAudits") == 200
    office.control.remove_application("Reports")
    assert office.status(token, "/v1.0/auditLogs/directoryAudits") == 401


def test_forged_tokens_open_nothing(office: Office) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    good = office.token(app, secret)
    head, body, signature = good.split(".")
    said = claims(good)
    with office.service.client() as client:
        public = client.get(f"/{office.tenant}/discovery/v2.0/keys").json()["keys"][0]
    other = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": public["kid"]}
    der = base64.b64decode(public["x5c"][0])
    hs256 = f"{b64(json.dumps({'alg': 'HS256', 'kid': public['kid']}).encode())}.{body}"
    none = b64(b'{"alg":"none"}')
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        jwt.encode(header, said, other),
        f"{hs256}.{b64(hmac.digest(der, hs256.encode(), hashlib.sha256))}",
        jwt.encode(header | {"jwk": other.as_dict(private=False)}, said, other),
        "a.b.c",
        "..",
    ]
    for text in forged:
        assert office.status(text, "/v1.0/auditLogs/directoryAudits") == 401, text


def test_what_is_wrong_with_a_request_is_said_in_entras_words(office: Office) -> None:
    app, secret = office.application("Reports")
    public = office.control.create_application("Desktop", public=True)
    good = {"grant_type": "client_credentials", "client_id": app.app_id, "client_secret": secret, "scope": GRAPH}
    assert office.refused(**good | {"client_secret": "guess"}) == (401, "invalid_client", 7000215)
    assert office.refused(**good | {"client_id": str(uuid.uuid4())}) == (400, "unauthorized_client", 700016)
    assert office.refused(**wrong(good, client_secret=None)) == (401, "invalid_client", 7000218)
    assert office.refused(**good | {"client_id": public.app_id}) == (401, "invalid_client", 700025)
    assert office.refused(**good | {"scope": "User.Read.All"}) == (400, "invalid_scope", 1002012)
    assert office.refused(**good | {"scope": "https://evil.test/.default"}) == (400, "invalid_resource", 500011)
    assert office.refused(**good | {"grant_type": "implicit"}) == (400, "unsupported_grant_type", 70003)
    assert office.refused(**wrong(good, grant_type=None)) == (400, "invalid_request", 900144)
    office.clock.now += 200 * DAY
    assert office.refused(**good) == (401, "invalid_client", 7000222)
    with office.service.client(verify=False) as client:
        stranger = client.get("/fabrikam.test/v2.0/.well-known/openid-configuration")
        assert (stranger.status_code, stranger.json()["error"]) == (400, "invalid_tenant")
        twice = client.post(f"/{office.tenant}/oauth2/v2.0/token", content=b"grant_type=a&grant_type=b")
        assert twice.json()["error_codes"] == [9002313]


def test_assertions_that_prove_nothing_are_refused(office: Office, tmp_path: Path) -> None:
    app, _ = office.application("Reports")
    key, pem, certificate = own_certificate(tmp_path)
    stolen, _, _ = own_certificate(tmp_path)
    office.control.add_certificate("Reports", pem)
    now = time.time()
    x5t = b64(certificate.fingerprint(hashes.SHA1()))
    header = {"alg": "RS256", "x5t": x5t}
    good = {
        "aud": f"{office.authority}/oauth2/v2.0/token",
        "iss": app.app_id,
        "sub": app.app_id,
        "exp": now + 600.5,
        "jti": "1",
    }
    form = {"grant_type": "client_credentials", "client_id": app.app_id, "scope": GRAPH}

    def tried(head: dict[str, Any], body: dict[str, Any], signed_with: str = key) -> int:
        text = jwt.encode(head, body, RSAKey.import_key(signed_with))
        answer = office.post(**form, client_assertion=text, client_assertion_type=JWT_BEARER).json()
        return 0 if "access_token" in answer else answer["error_codes"][0]

    assert tried(header, good) == 0
    assert tried(header, good, stolen) == 700027
    assert tried({"alg": "RS256", "x5t": "AAAA"}, good) == 700027
    assert tried(header, wrong(good, aud="https://login.microsoftonline.com/x")) == 50012
    assert tried(header, wrong(good, sub="somebody-else")) == 50048
    assert tried(header, wrong(good, exp=now - 600)) == 700024
    assert tried(header, wrong(good, exp=now + 90 * DAY)) == 700024
    assert tried(header, wrong(good, exp=None)) == 700024


def test_keys_rotate_without_a_client_noticing(office: Office) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    from ropeway.control.in_process import open_database
    from ropeway.service.http.sealing import open_seal
    from ropeway.service.identity.keys import SigningKeys

    database = open_database(office.service.settings.state)
    keys = SigningKeys(database, 1, open_seal(office.service.settings.seal_file), office.clock)
    first = keys.signing()[0]
    office.clock.now += 91 * DAY
    keys.tend()
    assert len(keys.published()) == 2
    assert keys.signing()[0] == first, "a new key signs only when every client may have read it"
    office.clock.now += 1.1 * DAY
    secret = office.control.add_secret("Reports", lifetime=400 * DAY).secret
    before = office.token(app, secret)
    assert json.loads(base64.urlsafe_b64decode(before.split(".")[0] + "=="))["kid"] == keys.signing()[0] != first
    office.clock.now += 2 * DAY
    keys.tend()
    assert [key["kid"] for key in keys.published()] == [keys.signing()[0]]
    database.close()


def test_signing_in_is_on_record(office: Office) -> None:
    from sqlalchemy import select

    from ropeway.control.in_process import open_database
    from ropeway.store.identity_tables import sign_in

    app, secret = office.application("Reports")
    office.token(app, secret)
    office.refused(grant_type="client_credentials", client_id=app.app_id, client_secret="guess", scope=GRAPH)
    database = open_database(office.service.settings.state)
    with database.read() as c:
        rows = c.execute(select(sign_in).order_by(sign_in.c.id)).all()
    database.close()
    assert [(row.name, row.way, row.error) for row in rows] == [
        ("Reports", "client_credentials", 0),
        ("Reports", "client_credentials", 7000215),
    ]
    assert not any(secret in str(row) or "guess" in str(row) for row in rows)
