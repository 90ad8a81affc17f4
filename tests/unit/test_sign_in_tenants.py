"""People of two tenants at one service: nobody signs in with what is another tenant's."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ropeway.control.protocol import ApplicationView
from ropeway.model.secret import Secret
from tests.fixtures.browser import Browser
from tests.fixtures.two_tenants import Side, Two, two_tenants
from tests.unit.sign_in_office import PASSWORD, claims
from tests.unit.test_sign_in_pages import VERIFIER

BACK = "http://localhost:8765"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
READ = "User.Read openid offline_access"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with two_tenants(tmp_path_factory.mktemp("two")) as found:
        for side in (found.ours, found.theirs):
            names = {"displayName": "Zoe", "mailNickname": "zoe", "userPrincipalName": upn(side)}
            side.control.create_object("users", {"accountEnabled": True, **names})
            side.control.set_password(upn(side), Secret(PASSWORD), must_change=False)
            side.control.create_application("Desktop", public=True, redirect_uris=["http://localhost"])
            side.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
        yield found


def upn(side: Side) -> str:
    return f"zoe@tenant{side.number}.test"


def desktop(side: Side) -> ApplicationView:
    return side.control.application("Desktop")


def asked(two: Two, side: Side, app: ApplicationView, **form: str) -> dict[str, object]:
    with two.service.client() as client:
        form = {"client_id": app.app_id} | form
        return client.post(f"/{side.id}/oauth2/v2.0/token", data=form).json()


def signed_in(two: Two, side: Side, app: ApplicationView, name: str) -> dict[str, object]:
    return asked(two, side, app, grant_type="password", username=name, password=PASSWORD, scope=READ)


def test_a_person_signs_in_at_their_own_tenant_alone(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    token = str(signed_in(two, ours, desktop(ours), upn(ours))["access_token"])
    assert claims(token)["tid"] == ours.id
    with ours.client(token) as client:
        assert client.get("/v1.0/me").json()["userPrincipalName"] == upn(ours)
    assert signed_in(two, theirs, desktop(theirs), upn(ours))["error_codes"] == [50126]
    assert signed_in(two, theirs, desktop(ours), upn(theirs))["error_codes"] == [700016]


def test_refresh_tokens_are_worth_nothing_elsewhere(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    token = str(signed_in(two, ours, desktop(ours), upn(ours))["refresh_token"])
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert asked(two, theirs, desktop(theirs), **form)["error_codes"] == [70000]
    assert asked(two, theirs, desktop(ours), **form)["error_codes"] == [700016]
    assert "access_token" in asked(two, ours, desktop(ours), **form), "nobody's attempt ended it"


def authorize(side: Side, app: ApplicationView, **more: str) -> str:
    said = {"client_id": app.app_id, "response_type": "code", "redirect_uri": BACK, "scope": READ,
            "code_challenge": CHALLENGE, "code_challenge_method": "S256"}  # fmt: skip
    return f"/{side.id}/oauth2/v2.0/authorize?{urlencode(said | more)}"


def test_a_browser_is_signed_in_at_one_tenant_and_codes_are_good_there(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    with two.service.client() as client:
        browser = Browser(client)
        browser.go(authorize(ours, desktop(ours))).submit(username=upn(ours), password=PASSWORD)
        code = parse_qs(urlsplit(browser.left).query)["code"][0]
        browser.go(authorize(theirs, desktop(theirs), prompt="none"))
        assert parse_qs(urlsplit(browser.left).query)["error"] == ["login_required"]
        assert browser.go(authorize(theirs, desktop(ours))).status == 400, "the application is not there"
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert asked(two, theirs, desktop(theirs), **form)["error_codes"] == [70000]
    assert "access_token" in asked(two, ours, desktop(ours), **form)


def test_a_device_waits_at_its_own_tenant(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    with two.service.client() as client:
        form = {"client_id": desktop(ours).app_id, "scope": READ}
        told = client.post(f"/{ours.id}/oauth2/v2.0/devicecode", data=form).json()
        browser = Browser(client)
        browser.go(f"/{theirs.id}/device").submit(username=upn(theirs), password=PASSWORD)
        assert "Nobody waits" in browser.submit(user_code=told["user_code"]).alert
        browser.go(told["verification_uri"]).submit(username=upn(ours), password=PASSWORD)
        assert browser.submit(user_code=told["user_code"]).submit("Yes").title == "You are signed in"
