"""Requests of the sign-in endpoints that are none: Entra ID's words, nobody gets in, the service never fails."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import KNOWN
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import GRAPH, PASSWORD, Office, opened, shared_office
from tests.unit.test_sign_in_applications import b64
from tests.unit.test_sign_in_pages import asked

__all__ = ["shared_office"]

FORM = {"content-type": "application/x-www-form-urlencoded"}
GOOD = urlencode({"grant_type": "client_credentials", "client_id": "{}", "client_secret": "{}", "scope": GRAPH})


@pytest.fixture(scope="module")
def reports(shared_office: Office) -> tuple[ApplicationView, str]:
    return shared_office.application("Reports", *KNOWN)


@pytest.fixture(scope="module")
def anybody(shared_office: Office) -> Generator[httpx2.Client]:
    with shared_office.service.client(verify=False) as client:
        yield client


FORMS: dict[str, tuple[bytes, dict[str, str]]] = {
    "packed": (gzip.compress(b"{}"), {"content-encoding": "gzip"}),
    "a packed bomb": (gzip.compress(b"a" * 50_000_000), {"content-encoding": "gzip"}),
    "in UTF-16": ("{}".encode("utf-16"), {}),
    "in UTF-8, as it is": ("{}&name=Zoë".encode(), {}),
    "no UTF-8 when it is decoded": (b"{}&name=%ff", {}),
    "a surrogate": (b"{}&name=%ed%a0%80", {}),
    "a NUL": (b"{}&name=a%00b", {}),
    "a field twice": (b"{}&scope=x", {}),
    "too large": (b"{}&name=" + b"x" * 70_000, {}),
    "too many fields": (b"{}" + b"".join(b"&a%d=" % n for n in range(150)), {}),
    "JSON": (json.dumps({"grant_type": "client_credentials"}).encode(), {"content-type": "application/json"}),
    "in parts": (b"--x\r\n\r\n--x--", {"content-type": "multipart/form-data; boundary=x"}),
    "of no type": (b"{}", {"content-type": ""}),
}


@pytest.mark.parametrize("endpoint", ["token", "devicecode", "revoke"])
@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_form_is_refused(
    shared_office: Office, anybody: httpx2.Client, reports: tuple[ApplicationView, str], endpoint: str, form: str
) -> None:
    body, headers = FORMS[form]
    app, secret = reports
    good = GOOD.replace("%7B%7D", app.app_id, 1).replace("%7B%7D", quote(secret))
    raw = body.replace(b"{}", good.encode()) if form not in ("packed", "in UTF-16") else body
    answer = anybody.post(f"/{shared_office.tenant}/oauth2/v2.0/{endpoint}", content=raw, headers=FORM | headers)
    assert answer.status_code == 400
    assert (answer.json()["error"], answer.json()["error_codes"]) == ("invalid_request", [9002313])
    if endpoint == "token":
        whole = anybody.post(f"/{shared_office.tenant}/oauth2/v2.0/token", content=good, headers=FORM)
        assert whole.status_code == 200, "and the same in order is taken"


TEXTS = ("\0", "a\0b", "\ud7ff", "\U0010ffff", "9" * 400, "x" * 3000, "\r\nX: y", "\u202e", "' OR 1=1 --", "\x7f")


def test_no_text_in_any_field_makes_the_service_fail(database_url: str, tmp_path: Path) -> None:
    """On each database: PostgreSQL holds no NUL."""
    with opened(tmp_path, state=database_url) as office, office.service.client(verify=False) as client:
        office.account("anna@contoso.test")
        desktop = office.control.create_application("Desktop", public=True, redirect_uris=["http://localhost"])
        good = {"client_id": desktop.app_id, "username": "anna@contoso.test", "password": "x", "scope": "User.Read"}
        good |= {
            "code": "x",
            "redirect_uri": "http://localhost",
            "refresh_token": "x",
            "device_code": "x",
            "token": "x",
        }
        device = "urn:ietf:params:oauth:grant-type:device_code"
        for text in TEXTS:
            tried: list[httpx2.Response] = []
            for grant in ("client_credentials", "password", "authorization_code", "refresh_token", device):
                for name in (*good, "client_secret", "grant_type"):
                    form = {"grant_type": grant} | good | {name: text}
                    tried.append(client.post(f"/{office.tenant}/oauth2/v2.0/token", data=form))
            said = b64(json.dumps({"iss": text, "sub": text}).encode())
            form = {"grant_type": "client_credentials", "scope": GRAPH, "client_assertion": f"e30.{said}.x"}
            tried.append(client.post(f"/{office.tenant}/oauth2/v2.0/token", data=form))
            basic = base64.b64encode(f"{quote(text)}:{quote(text)}".encode()).decode()
            form = {"grant_type": "client_credentials", "scope": GRAPH}
            headers = {"authorization": f"Basic {basic}"}
            tried.append(client.post(f"/{office.tenant}/oauth2/v2.0/token", data=form, headers=headers))
            for endpoint in ("devicecode", "revoke"):
                tried += [
                    client.post(f"/{office.tenant}/oauth2/v2.0/{endpoint}", data=good | {name: text})
                    for name in ("client_id", "scope", "token")
                ]
            for answer in tried:
                assert answer.status_code < 500, (text, answer.request.content[:200], answer.text)
                assert "access_token" not in answer.text
            for name in ("client_id", "redirect_uri", "scope", "state", "nonce", "login_hint", "prompt", "max_age"):
                answer = client.get(asked(office, desktop, **{name: text}))
                assert answer.status_code < 500, (text, name)
            browser = Browser(client).go(asked(office, desktop))
            assert browser.submit(username=text, password=text).status in (200, 400)
            answer = _searched(office, text)
            assert answer.status_code in (200, 400), answer.text


def _searched(office: Office, text: str) -> httpx2.Response:
    with office.service.client(verify=False, token=office.token_for(_reader(office), "User.Read.All")) as client:
        headers = {"ConsistencyLevel": "eventual"}
        found = client.post("/v1.0/directoryObjects/getByIds", json={"ids": [text]})
        assert found.status_code in (200, 400, 403), found.text
        return client.get("/v1.0/users", params={"$search": f'"displayName:{text}"'}, headers=headers)


def _reader(office: Office) -> str:
    found = [user["id"] for user in office.control.list_objects("users") if user["displayName"] == "Reader"]
    return found[0] if found else office.person("reader", "Global Administrator")


@pytest.mark.parametrize(
    "asked_about",
    [
        "https://[::1",
        "https://evil.test/",
        "https://127.0.0.1.evil.test/",
        "https://x:99999999/",
        "http://[v1.x]/",
        "x\0",
    ],
)
def test_an_instance_that_is_none_is_unknown(anybody: httpx2.Client, asked_about: str) -> None:
    answer = anybody.get("/common/discovery/instance", params={"authorization_endpoint": asked_about})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_instance")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/{}/%2e%2e/oauth2/v2.0/token", 400),
        ("/%2e%2e/{}/oauth2/v2.0/token", 400),
        ("//{}/oauth2/v2.0/token", 404),
        ("/{}//oauth2/v2.0/token", 404),
        ("/{}%2foauth2/v2.0/token/x", 404),
        ("/{};x/oauth2/v2.0/token", 400),
        ("/{}%20/oauth2/v2.0/token", 400),
        ("/{}%00/oauth2/v2.0/token", 400),
        ("/{}%0d%0aX-Admin:%20yes/oauth2/v2.0/token", 400),
        ("/contoso.test./oauth2/v2.0/token", 400),
        ("/consumers/oauth2/v2.0/token", 400),
        ("/01a2282f-0000-7000-8000-000000000000/oauth2/v2.0/token", 400),
        ("/" + "x" * 3000 + "/oauth2/v2.0/token", 400),
        ("/" + "x" * 5000 + "/oauth2/v2.0/token", 400),
        ("/{}/oauth2/v1.0/token", 404),
        ("/{}/OAuth2/v2.0/token", 404),
        ("/{}/oauth2/v2.0/token/", 404),
        ("/{}/oauth2/v2.0/token%3f", 404),
    ],
)
def test_a_path_that_is_not_the_tenants_gives_no_token(
    shared_office: Office, anybody: httpx2.Client, reports: tuple[ApplicationView, str], path: str, status: int
) -> None:
    app, secret = reports
    form = {"grant_type": "client_credentials", "client_id": app.app_id, "client_secret": secret, "scope": GRAPH}
    answer = anybody.post(path.replace("{}", shared_office.tenant), data=form)
    assert answer.status_code == status
    assert answer.json()["error"], "in OAuth's form or in Graph's"
    assert "x-admin" not in answer.headers


def test_a_host_that_the_client_makes_up_is_in_no_answer(
    shared_office: Office, anybody: httpx2.Client, reports: tuple[ApplicationView, str]
) -> None:
    office = shared_office
    evil = {
        "host": "evil.test",
        "x-forwarded-host": "evil.test",
        "forwarded": "host=evil.test",
        "origin": "https://evil.test",
    }
    told = anybody.get(f"/{office.tenant}/v2.0/.well-known/openid-configuration", headers=evil)
    begun = {"client_id": reports[0].app_id, "client_secret": reports[1], "scope": "User.Read"}
    device = anybody.post(f"/{office.tenant}/oauth2/v2.0/devicecode", data=begun, headers=evil)
    with office.service.client(verify=False, token=office.token(*reports)) as graph:
        group = {"displayName": "Makers", "mailEnabled": False, "mailNickname": "makers", "securityEnabled": True}
        made = graph.post("/v1.0/groups", json=group, headers=evil)
        page = graph.get("/v1.0/directoryRoles?$top=1", headers=evil)
    assert made.headers["location"].startswith(f"{office.service.url}/v1.0/")
    for answer in (told, device, made, page):
        assert answer.status_code in (200, 201)
        assert "evil.test" not in answer.text
        assert "evil.test" not in str(answer.headers)


@pytest.mark.parametrize("sent", ["a b", "x" * 65, "a,b", "<script>", '"', "a\tb", "é"])
def test_a_request_id_that_is_none_is_not_repeated_in_headers(
    shared_office: Office, anybody: httpx2.Client, sent: str
) -> None:
    for path in ("/v1.0/users", f"/{shared_office.tenant}/v2.0/.well-known/openid-configuration"):
        answer = anybody.get(path, headers=[(b"client-request-id", sent.encode())])
        assert "client-request-id" not in answer.headers


def test_a_refresh_token_alone_does_not_speak_for_an_application_with_a_secret(shared_office: Office) -> None:
    office = shared_office
    office.account("zoe@contoso.test")
    web, secret = office.application("Web")
    office.control.set_permissions("Web", grant=["User.Read"], delegated=True)
    said: dict[str, Any] = {"client_id": web.app_id, "scope": "User.Read offline_access"}
    people = {"username": "zoe@contoso.test", "password": PASSWORD, "client_secret": secret}
    token = office.post(grant_type="password", **said, **people).json()["refresh_token"]
    again = {"grant_type": "refresh_token", "client_id": web.app_id, "refresh_token": token}
    assert office.refused(**again) == (401, "invalid_client", 7000218)
    assert office.refused(**again, client_secret="guess") == (401, "invalid_client", 7000215)
    assert office.post(**again, client_secret=secret).status_code == 200, "nobody's attempt ended it"
