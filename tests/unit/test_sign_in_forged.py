"""Tokens that are forged or for something else, and assertions that prove nothing, at a running service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import KNOWN
from tests.unit.sign_in_office import GRAPH, PASSWORD, Office, claims, own_certificate, shared_office, wrong
from tests.unit.test_sign_in_applications import JWT_BEARER, b64

__all__ = ["shared_office"]

DOORS = ("/v1.0/users", "/v1.0/me", "/v1.0/$batch", "/v1.0/ropeway/roles", "/login/tokens", "/oidc/userinfo")
OWN = RSAKey.generate_key(2048)


@dataclass(frozen=True)
class Good:
    """What a forger has: a token, what it is signed with as everybody may read it, and what else somebody was given."""

    token: str
    published: dict[str, Any]
    secret: str
    person: dict[str, Any]

    @property
    def parts(self) -> list[str]:
        return self.token.split(".")

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(base64.b64decode(self.published["x5c"][0]))


@pytest.fixture(scope="module")
def good(shared_office: Office) -> Good:
    office = shared_office
    app, secret = office.application("Reports", *KNOWN)
    office.account("zoe@contoso.test")
    office.control.create_application("Phone", public=True)
    phone = office.control.set_permissions("Phone", grant=["User.Read"], delegated=True)
    said = {"client_id": phone.app_id, "username": "zoe@contoso.test", "password": PASSWORD}
    person = office.post(grant_type="password", **said, scope="openid offline_access User.Read").json()
    with office.service.client() as client:
        published = client.get(f"/{office.tenant}/discovery/v2.0/keys").json()["keys"][0]
    return Good(office.token(app, secret), published, secret, person)


@pytest.fixture(scope="module")
def anybody(shared_office: Office) -> Generator[httpx2.Client]:
    with shared_office.service.client() as client:
        yield client


def head(good: Good, **said: Any) -> str:
    return b64(json.dumps({"typ": "JWT", "alg": "RS256", "kid": good.published["kid"]} | said).encode())


def unsigned(good: Good, **said: Any) -> str:
    return f"{head(good, **said)}.{good.parts[1]}."


def resaid(good: Good, **said: Any) -> str:
    """The signature of another token under these headers."""
    return f"{head(good, **said)}.{good.parts[1]}.{good.parts[2]}"


def own(good: Good, **said: Any) -> str:
    """The same claims, signed with the forger's own key."""
    text = f"{head(good, **said)}.{good.parts[1]}"
    key = OWN.private_key
    assert isinstance(key, rsa.RSAPrivateKey)
    return f"{text}.{b64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def hmac_with(way: Callable[[Good], bytes], digest: str = "sha256") -> Callable[[Good], str]:
    """Signed with what is public, as if that were a secret that both sides know."""

    def made(good: Good) -> str:
        text = f"{head(good, alg='HS' + digest[3:])}.{good.parts[1]}"
        return f"{text}.{b64(hmac.digest(way(good), text.encode(), digest))}"

    return made


PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
CHAIN = ["MIIBszCCARygAwIBAgIUQ=="]

FORGED: dict[str, Callable[[Good], str]] = {
    **{f"alg {alg!r}, unsigned": lambda g, alg=alg: unsigned(g, alg=alg) for alg in ("none", "None", "nOnE", "", None)},
    **{f"alg {alg!r}": lambda g, alg=alg: resaid(g, alg=alg) for alg in ("none", "RS512", "PS256", 0, ["RS256"], {})},
    "HS256 with the certificate": hmac_with(lambda g: base64.b64decode(g.published["x5c"][0])),
    "HS256 with its PEM": hmac_with(lambda g: g.certificate.public_bytes(PEM)),
    "HS256 with the key's PEM": hmac_with(lambda g: g.certificate.public_key().public_bytes(PEM, SPKI)),
    "HS384 with the key": hmac_with(lambda g: g.certificate.public_key().public_bytes(DER, SPKI), "sha384"),
    "HS512 with the modulus": hmac_with(lambda g: g.published["n"].encode(), "sha512"),
    "HS256 with nothing": hmac_with(lambda _: b""),
    "the own key under the service's kid": own,
    "the own key, embedded": lambda g: own(g, jwk=OWN.as_dict(private=False)),
    "the own key, at an address": lambda g: own(g, jku="https://evil.test/keys", x5u="https://evil.test/ca.pem"),
    "the own key, in a chain": lambda g: own(g, x5c=CHAIN, x5t="AAAA"),
    **{f"kid {kid!r:.20}": lambda g, kid=kid: own(g, kid=kid)
       for kid in ("", None, "AAAA", ["a"], "../../dev/null", "' OR ''='", "x" * 5000)},
    "critical headers": lambda g: resaid(g, crit=["b64"], b64=False),
    "a payload that was packed": lambda g: resaid(g, zip="DEF"),
    "other claims under the same signature": lambda g: f"{g.parts[0]}.{b64(b'{}')}.{g.parts[2]}",
    "a zero signature": lambda g: f"{g.parts[0]}.{g.parts[1]}.{b64(bytes(256))}",
    "no signature": lambda g: f"{g.parts[0]}.{g.parts[1]}.",
    "a payload of brackets": lambda g: f"{g.parts[0]}.{b64(b'[' * 3000)}.{g.parts[2]}",
    "five parts": lambda g: f"{g.token}.x.y",
    "two parts": lambda g: ".".join(g.parts[:2]),
    "an id token": lambda g: g.person["id_token"],
    "a refresh token": lambda g: g.person["refresh_token"],
    "a client secret": lambda g: g.secret,
}  # fmt: skip


def asked(client: httpx2.Client, door: str, authorization: str) -> httpx2.Response:
    method = "POST" if door.endswith("$batch") else "GET"
    body = {"requests": [{"id": "1", "method": "GET", "url": "/users"}]} if method == "POST" else None
    return client.request(method, door, json=body, headers={"Authorization": authorization})


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_opens_no_door(good: Good, anybody: httpx2.Client, how: str) -> None:
    for door in DOORS:
        answer = asked(anybody, door, f"Bearer {FORGED[how](good)}")
        assert answer.status_code == 401, door
        assert answer.headers["www-authenticate"].startswith("Bearer")
        told = answer.json()["error"]
        assert told == "invalid_token" if door == "/oidc/userinfo" else told["code"] == "InvalidAuthenticationToken"


def test_the_token_that_they_were_made_from_opens_them(good: Good, anybody: httpx2.Client) -> None:
    assert asked(anybody, "/v1.0/users", f"Bearer {good.token}").status_code == 200
    assert asked(anybody, "/oidc/userinfo", f"Bearer {good.person['access_token']}").status_code == 200
    for header in (good.token, f"Basic {good.token}", f"Bearer {good.token} x", f"Bearer {good.token}, Bearer x"):
        assert asked(anybody, "/v1.0/users", header).status_code == 401
    assert anybody.get("/v1.0/users", params={"access_token": good.token}).status_code == 401, "not in an address"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.test/v2.0"}, {"iss": None}, {"tid": "01a2282f-0000-7000-8000-000000000000"},
        {"aud": "https://evil.test"}, {"aud": None}, {"aud": ["https://graph.microsoft.com"]}, {"exp": None},
        {"exp": "9999999999"}, {"exp": 0}, {"nbf": 9_999_999_999}, {"nbf": None}, {"appid": "nobody"}, {"appid": None},
        {"idtyp": "user"}, {"idtyp": "user", "scp": "User.Read.All"},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_another_one_is_worth_nothing_even_when_signed(
    shared_office: Office, good: Good, anybody: httpx2.Client, changed: dict[str, Any]
) -> None:
    said = wrong(claims(good.token), **changed)
    key = shared_office.signing_key()
    text = jwt.encode({"alg": "RS256", "kid": good.published["kid"]}, said, key)
    assert asked(anybody, "/v1.0/users", f"Bearer {text}").status_code == 401


# assertions


@dataclass(frozen=True)
class Asserting:
    """An application with a certificate, another one with its own, and a good assertion of the first."""

    office: Office
    app: ApplicationView
    other: ApplicationView
    keys: dict[str, tuple[str, x509.Certificate]]

    def tried(
        self, claims: dict[str, Any], header: dict[str, Any], key: str = "app", **form: str
    ) -> tuple[int, str, int]:
        said = {
            "aud": f"{self.office.authority}/oauth2/v2.0/token",
            "iss": self.app.app_id,
            "sub": self.app.app_id,
            "exp": time.time() + 600,
            "jti": "1",
        }
        private, certificate = self.keys[key]
        shown = {"alg": "RS256", "x5t": b64(certificate.fingerprint(hashes.SHA1()))}
        text = jwt.encode(shown | header, wrong(said, **claims), RSAKey.import_key(private))
        return self.sent(text, **form)

    def sent(self, text: str, **form: str) -> tuple[int, str, int]:
        usual = {"grant_type": "client_credentials", "client_id": self.app.app_id, "scope": GRAPH}
        usual |= {"client_assertion": text, "client_assertion_type": JWT_BEARER} | form
        answer = self.office.post(**{name: value for name, value in usual.items() if value})
        told = answer.json()
        return answer.status_code, told.get("error", ""), told.get("error_codes", [0])[0]


@pytest.fixture(scope="module")
def asserting(shared_office: Office) -> Asserting:
    keys: dict[str, tuple[str, x509.Certificate]] = {}
    apps: list[ApplicationView] = []
    for name in ("app", "other"):
        private, pem, certificate = own_certificate(Path(), name)
        apps.append(shared_office.control.create_application(f"By certificate: {name}"))
        shared_office.control.add_certificate(f"By certificate: {name}", pem)
        keys[name] = private, certificate
    return Asserting(shared_office, *apps, keys)


@pytest.mark.parametrize(
    ("claims", "header", "key", "number"),
    [
        ({}, {}, "other", 700027),
        ({}, {"x5t": "AAAA", "x5c": CHAIN}, "app", 700027),
        ({}, {"jwk": OWN.as_dict(private=False)}, "other", 700027),
        ({}, {"jku": "https://evil.test/"}, "other", 700027),
        ({}, {"x5t": "", "kid": ""}, "app", 700027),
        ({"aud": None}, {}, "app", 50012),
        ({"aud": "https://evil.test/oauth2/v2.0/token"}, {}, "app", 50012),
        ({"aud": ["a", "b"]}, {}, "app", 50012),
        ({"iss": None, "sub": None}, {}, "app", 50048),
        ({"sub": "somebody-else"}, {}, "app", 50048),
        ({"iss": "x\0y", "sub": "x\0y"}, {}, "app", 50048),
        ({"exp": 1}, {}, "app", 700024),
        ({"exp": None}, {}, "app", 700024),
        ({"exp": "soon"}, {}, "app", 700024),
        ({"exp": 9_999_999_999}, {}, "app", 700024),
        ({"nbf": 9_999_999_999}, {}, "app", 700024),
        ({"nbf": "now"}, {}, "app", 700024),
        ({"exp": 10**400}, {}, "app", 700024),
        ({"nbf": 10**400}, {}, "app", 700024),
    ],
)  # fmt: skip
def test_an_assertion_that_proves_nothing_is_refused(
    asserting: Asserting, claims: dict[str, Any], header: dict[str, Any], key: str, number: int
) -> None:
    assert asserting.tried(claims, header, key) == (401, "invalid_client", number)


def test_an_assertion_is_its_applications_alone(asserting: Asserting) -> None:
    both = {"iss": asserting.other.app_id, "sub": asserting.other.app_id}
    assert asserting.tried(both, {}, "other")[2] == 700027
    assert asserting.tried(both, {}, "other", client_id=asserting.other.app_id)[0] == 200
    assert asserting.tried(both, {}, "other", client_id="")[0] == 200, "its issuer says who asks"
    assert asserting.tried(
        {}, {}, client_assertion_type="urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
    ) == (
        401,
        "invalid_client",
        50012,
    )


@pytest.mark.parametrize("text", ["x", "a.b.c", "..", "." * 9000, "e30.e30.", f"{b64(b'{}')}.{b64(b'[' * 9000)}.x"])
@pytest.mark.parametrize("client_id", ["", "own"])
def test_an_assertion_that_is_no_token_is_refused(asserting: Asserting, text: str, client_id: str) -> None:
    status, error, _ = asserting.sent(text, client_id=asserting.app.app_id if client_id else "")
    assert (status, error) in ((401, "invalid_client"), (400, "invalid_request"))


def test_an_unsigned_assertion_is_refused(asserting: Asserting) -> None:
    x5t = b64(asserting.keys["app"][1].fingerprint(hashes.SHA1()))
    said = {"aud": f"{asserting.office.authority}/v2.0", "iss": asserting.app.app_id, "sub": asserting.app.app_id}
    body = b64(json.dumps(said | {"exp": time.time() + 60}).encode())
    for alg in ("none", "HS256"):
        text = f"{b64(json.dumps({'alg': alg, 'x5t': x5t}).encode())}.{body}"
        key = asserting.keys["app"][1].public_bytes(PEM)
        signature = b64(hmac.digest(key, text.encode(), hashlib.sha256)) if alg == "HS256" else ""
        assert asserting.sent(f"{text}.{signature}") == (401, "invalid_client", 700027)


def test_an_assertion_is_good_until_it_ends_as_msal_sends_it_again(asserting: Asserting) -> None:
    """MSAL keeps one for nine of its ten minutes; whoever could take it could take the tokens beside it."""
    private, certificate = asserting.keys["app"]
    now, id_ = asserting.office.clock.now, asserting.app.app_id
    said = {"aud": f"{asserting.office.authority}/v2.0", "iss": id_, "sub": id_, "exp": now + 60, "jti": "once"}
    header = {"alg": "PS256", "x5t#S256": b64(certificate.fingerprint(hashes.SHA256()))}
    text = jwt.encode(header, said, RSAKey.import_key(private), algorithms=["PS256"])
    assert [asserting.sent(text)[0] for _ in range(2)] == [200, 200]
    asserting.office.clock.now += 121
    assert asserting.sent(text) == (401, "invalid_client", 700024)
    asserting.office.clock.now -= 121
