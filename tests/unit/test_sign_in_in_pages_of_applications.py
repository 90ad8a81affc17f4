"""Applications that are web pages (MSAL.js): which pages may read tokens; and what userinfo tells of a person."""

from __future__ import annotations

import httpx2
import pytest

from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import Office, office
from tests.unit.test_sign_in_pages import ANNA, READ, VERIFIER, answer_of, asked, browser, signed_in

__all__ = ["browser", "office"]

PAGE = "https://page.contoso.test"


def posted(office: Office, origin: str, **form: str) -> httpx2.Response:
    with office.service.client(verify=False) as client:
        return client.post(f"/{office.tenant}/oauth2/v2.0/token", data=form, headers={"origin": origin})


def test_a_page_signs_somebody_in_and_others_may_not_read_it(office: Office, browser: Browser) -> None:
    office.account(ANNA)
    app = office.control.create_application("Page", public=True, redirect_uris=[f"{PAGE}/back"])
    browser.go(asked(office, app, redirect_uri=f"{PAGE}/back", scope=f"openid {READ}"))
    signed_in(browser).submit("Accept")
    form = {"grant_type": "authorization_code", "client_id": app.app_id, "code": answer_of(browser.left)["code"]}
    form |= {"redirect_uri": f"{PAGE}/back", "code_verifier": VERIFIER}
    for other in (
        "https://evil.test",
        f"{PAGE}:444",
        "http://page.contoso.test",
        f"{PAGE}.evil.test",
        "null",
        PAGE + "/",
    ):
        assert "access-control-allow-origin" not in posted(office, other, **form | {"code": "x"}).headers, other
    told = posted(office, PAGE, **form)
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "access-control-allow-credentials" not in told.headers
    with office.service.client(verify=False, token=told.json()["access_token"]) as client:
        who = client.get("/oidc/userinfo").json()
        assert (who["preferred_username"], who["name"]) == (ANNA, "Anna")
    assert posted(office, PAGE, **form).headers["access-control-allow-origin"] == PAGE, "a refusal can be read, too"
    configuration = httpx_of(office, f"/{office.tenant}/v2.0/.well-known/openid-configuration")
    names = {"authorization", "token", "userinfo", "end_session", "device_authorization", "revocation"}
    assert {f"{name}_endpoint" for name in names} <= configuration.keys()


def test_a_confidential_application_is_never_read_by_a_page(office: Office) -> None:
    app = office.control.create_application("Web", redirect_uris=[f"{PAGE}/back"])
    secret = office.control.add_secret("Web").secret
    form = {"grant_type": "client_credentials", "client_id": app.app_id, "client_secret": secret}
    told = posted(office, PAGE, **form, scope="https://graph.microsoft.com/.default")
    assert told.status_code == 200
    assert "access-control-allow-origin" not in told.headers


@pytest.mark.parametrize(("origin", "good"), [(PAGE, True), ("https://evil.test", False), ("null", False)])
def test_a_page_may_ask_first(office: Office, origin: str, good: bool) -> None:
    office.control.create_application("Page", public=True, redirect_uris=[f"{PAGE}/back"])
    headers = {"origin": origin, "access-control-request-method": "POST"}
    headers["access-control-request-headers"] = "x-client-sku, authorization, evil header"
    with office.service.client(verify=False) as client:
        told = client.options(f"/{office.tenant}/oauth2/v2.0/token", headers=headers)
    assert told.status_code == 204
    assert told.headers.get("access-control-allow-origin") == (origin if good else None)
    assert told.headers.get("access-control-allow-headers") == ("x-client-sku" if good else None)


def test_userinfo_is_told_to_nobody_else(office: Office) -> None:
    anna = office.person("anna")
    assert office.status(office.token_for(anna, "openid", "User.Read"), "/oidc/userinfo") == 200
    for token in ("x", "a.b.c", office.token_for(anna, "User.Read"), office.token(*office.application())):
        assert office.status(token, "/oidc/userinfo") == 401
    token = office.token_for(anna, "openid")
    office.control.update_object("users", anna, {"accountEnabled": False})
    assert office.status(token, "/oidc/userinfo") == 401


def httpx_of(office: Office, path: str) -> dict[str, str]:
    with office.service.client(verify=False) as client:
        return client.get(path).json()
