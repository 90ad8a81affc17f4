"""Sign-in on another device: MSAL and azure-identity show a code, somebody types it at a browser."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from azure.identity import DeviceCodeCredential

from ropeway.control.protocol import ApplicationView
from ropeway.store.devices import LETTERS
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import PASSWORD, Office, claims, office
from tests.unit.test_sign_in_accessibility import check
from tests.unit.test_sign_in_pages import ANNA, READ, browser, desktop, msal_client, signed_in

__all__ = ["browser", "desktop", "office"]

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def begun(office: Office, app: ApplicationView, scope: str = f"openid {READ}") -> dict[str, Any]:
    with office.service.client(verify=False) as client:
        form = {"client_id": app.app_id, "scope": scope}
        answer = client.post(f"/{office.tenant}/oauth2/v2.0/devicecode", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def poll(app: ApplicationView, told: dict[str, Any]) -> dict[str, str]:
    return {"grant_type": GRANT, "client_id": app.app_id, "device_code": told["device_code"]}


def test_msal_waits_for_the_code_to_be_typed(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    app = msal_client(office, desktop)
    flow = app.initiate_device_flow([READ])
    assert flow["user_code"] in flow["message"]
    check(signed_in(browser.go(flow["verification_uri"])).page)
    check(browser.submit(user_code=flow["user_code"].lower().replace("-", " ")).page)
    assert "Desktop" in browser.page.words
    assert "127.0.0.1" in browser.page.words
    check(browser.submit("Yes").page)
    assert browser.title == "Permissions requested"
    check(browser.submit("Accept").page)
    assert browser.title == "You are signed in"
    told = app.acquire_token_by_device_flow(flow)
    assert "access_token" in told, told
    assert office.status(told["access_token"], "/v1.0/me") == 200
    assert office.refused(**poll(desktop, flow)) == (400, "bad_verification_code", 70018), "once"


def test_azure_identity_waits_for_the_code_to_be_typed(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)

    def typed(where: str, code: str, _expires: object) -> None:
        signed_in(browser.go(f"{where}?user_code={code}")).submit("Go on").submit("Yes")

    def prompt(where: str, code: str, expires: object) -> None:
        threading.Thread(target=typed, args=(where, code, expires)).start()

    with DeviceCodeCredential(
        desktop.app_id,
        tenant_id=office.tenant,
        authority=office.service.url,
        disable_instance_discovery=True,
        connection_verify=str(office.ca),
        prompt_callback=prompt,
        timeout=60,
    ) as credential:
        said = claims(credential.get_token(READ).token)
    assert said["upn"] == ANNA


def test_a_device_that_asks_too_often_is_slowed_down(office: Office, desktop: ApplicationView) -> None:
    told = begun(office, desktop)
    assert office.refused(**poll(desktop, told)) == (400, "authorization_pending", 70016)
    assert office.refused(**poll(desktop, told)) == (400, "slow_down", 70016)
    office.clock.now += 6
    assert office.refused(**poll(desktop, told)) == (400, "slow_down", 70016), "every ten seconds by now"
    office.clock.now += 16
    assert office.refused(**poll(desktop, told)) == (400, "authorization_pending", 70016)
    office.clock.now += 900
    assert office.refused(**poll(desktop, told)) == (400, "expired_token", 70020)
    assert office.refused(**poll(desktop, {"device_code": "guess"})) == (400, "bad_verification_code", 70018)
    other = office.control.create_application("Other", public=True)
    assert office.refused(**poll(other, begun(office, desktop))) == (400, "bad_verification_code", 70018)
    assert office.refused(grant_type=GRANT, client_id=other.app_id) == (400, "invalid_request", 900144)


def test_a_no_is_told_to_the_device(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    told = begun(office, desktop)
    signed_in(browser.go(told["verification_uri_complete"])).submit("Go on").submit("Cancel")
    assert browser.title == "Cancelled"
    assert office.refused(**poll(desktop, told)) == (400, "authorization_declined", 65004)
    browser.go(told["verification_uri_complete"]).submit("Go on")
    assert "Nobody waits" in browser.alert, "it was answered"


def test_whoever_guesses_codes_has_to_sign_in_again_and_again(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    told = begun(office, desktop)
    assert set(told["user_code"].replace("-", "")) <= set(LETTERS)
    signed_in(browser.go(told["verification_uri"]))
    for _ in range(9):
        assert "Nobody waits" in browser.submit(user_code="BBBB-BBBB").alert
    browser.submit(user_code="BBBB-BBBB")
    assert browser.title == "Sign in"
    assert browser.submit(username=ANNA, password=PASSWORD).title == "Enter the code"


@pytest.mark.parametrize("form", [{}, {"scope": READ}, {"client_id": "x", "scope": READ}])
def test_a_device_must_say_who_it_is_and_what_it_wants(office: Office, form: dict[str, str]) -> None:
    with office.service.client(verify=False) as client:
        answer = client.post(f"/{office.tenant}/oauth2/v2.0/devicecode", data=form)
    assert answer.status_code == 400
    assert answer.json()["error_description"].startswith("AADSTS")
