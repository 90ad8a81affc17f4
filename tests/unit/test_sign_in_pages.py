"""People sign in at a browser: MSAL's authorization code flow, pages without script, unchanged clients, over TLS."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Generator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msal
import pytest
from azure.identity import InteractiveBrowserCredential
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from ropeway.control.in_process import open_database
from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import GLOBAL
from ropeway.model.secret import Secret
from ropeway.store.identity_tables import sign_in
from tests.fixtures.browser import Browser
from tests.fixtures.https import unverified
from tests.unit.sign_in_office import PASSWORD, Office, claims, office

__all__ = ["office"]

READ = "https://graph.microsoft.com/User.Read"
ANNA = "anna@contoso.test"
BACK = "http://localhost:8765"


@pytest.fixture
def desktop(office: Office) -> ApplicationView:
    """A public application that may read Anna's profile when she says so."""
    office.account(ANNA)
    return office.control.create_application("Desktop", public=True, redirect_uris=["http://localhost"])


@pytest.fixture
def browser(office: Office) -> Generator[Browser]:
    with office.service.client(verify=False) as client:
        yield Browser(client)


def msal_client(office: Office, app: ApplicationView) -> Any:
    return msal.PublicClientApplication(app.app_id, oidc_authority=f"{office.authority}/v2.0", verify=str(office.ca))


def answer_of(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {name: values[0] for name, values in parse_qs(parts.query or parts.fragment).items()}


def signed_in(browser: Browser, upn: str = ANNA, password: str = PASSWORD) -> Browser:
    assert browser.title == "Sign in"
    return browser.submit(username=upn, password=password)


def test_msal_gets_tokens_for_a_person_who_signs_in_and_consents(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    app = msal_client(office, desktop)
    flow = app.initiate_auth_code_flow([READ], redirect_uri=BACK, login_hint=ANNA, response_mode="form_post")
    browser.go(flow["auth_uri"])
    assert ANNA in str(browser.page.every("input")), "the hint is filled in"
    signed_in(browser)
    assert browser.title == "Permissions requested"
    assert "Sign you in and read your profile" in browser.page.words
    browser.submit("Accept").submit("Go on")
    assert browser.left == BACK
    told = app.acquire_token_by_auth_code_flow(flow, browser.posted)
    assert "access_token" in told, told
    assert claims(told["access_token"])["scp"].split() == ["User.Read", "openid", "profile"]
    assert office.status(told["access_token"], "/v1.0/me") == 200
    assert told["id_token_claims"]["nonce"]
    with office.service.client(verify=False) as client:
        keys = KeySet.import_key_set(client.get(f"/{office.tenant}/discovery/v2.0/keys").json())
    proved = jwt.decode(told["id_token"], keys, algorithms=["RS256"]).claims
    assert (proved["iss"], proved["aud"]) == (f"{office.authority}/v2.0", desktop.app_id)
    (account,) = app.get_accounts()
    assert "access_token" in app.acquire_token_silent([READ], account, force_refresh=True)

    again = app.initiate_auth_code_flow([READ], redirect_uri=BACK, response_mode="form_post")
    browser.go(again["auth_uri"]).submit("Go on")
    assert "code" in browser.posted, "who is signed in and has consented sees no page"


class Clicking(webbrowser.BaseBrowser):
    """The browser that a program opens: somebody signs in, consents, and is posted back to the program."""

    def __init__(self, office: Office) -> None:
        super().__init__("clicking")
        self.office = office

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        threading.Thread(target=self._sign_in, args=(url,)).start()
        return True

    def _sign_in(self, url: str) -> None:
        with (
            self.office.service.client(verify=False) as client,
            httpx2.Client(verify=unverified(), trust_env=False) as outside,
        ):
            browser = Browser(client)
            signed_in(browser.go(url))
            if browser.title == "Permissions requested":
                browser.submit("Accept")
            if browser.left:
                assert outside.get(browser.left).status_code == 200
                return
            browser.submit("Go on")
            assert outside.post(browser.left, data=browser.posted).status_code == 200


def test_msal_opens_a_browser_and_waits_for_the_answer(
    office: Office, desktop: ApplicationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "_tryorder", ["clicking"])
    webbrowser.register("clicking", None, Clicking(office))
    told = msal_client(office, desktop).acquire_token_interactive([READ], timeout=30, prompt="select_account")
    assert told["id_token_claims"]["preferred_username"] == ANNA


def test_azure_identity_opens_a_browser_and_waits_for_the_answer(
    office: Office, desktop: ApplicationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "_tryorder", ["clicking"])
    webbrowser.register("clicking", None, Clicking(office))
    where: dict[str, Any] = {"authority": office.service.url, "connection_verify": str(office.ca)}
    with InteractiveBrowserCredential(
        client_id=desktop.app_id, tenant_id=office.tenant, disable_instance_discovery=True, timeout=60, **where
    ) as credential:
        said = claims(credential.get_token(READ).token)
    assert said["upn"] == ANNA


def test_a_web_application_with_a_secret_gets_its_answer_posted(office: Office, browser: Browser) -> None:
    office.account(ANNA)
    made = office.control.create_application("Web", redirect_uris=["https://app.contoso.test/back"])
    secret = office.control.add_secret("Web").secret
    app: Any = msal.ConfidentialClientApplication(
        made.app_id, client_credential=secret, oidc_authority=f"{office.authority}/v2.0", verify=str(office.ca)
    )
    flow = app.initiate_auth_code_flow([READ], redirect_uri="https://app.contoso.test/back", response_mode="form_post")
    signed_in(browser.go(flow["auth_uri"])).submit("Accept")
    assert "script-src 'sha256-" in browser.headers["content-security-policy"]
    assert "form-action 'self' https://app.contoso.test" in browser.headers["content-security-policy"]
    browser.submit("Go on")
    assert browser.left == "https://app.contoso.test/back"
    told = app.acquire_token_by_auth_code_flow(flow, browser.posted)
    assert "access_token" in told, told


def asked(office: Office, app: ApplicationView, **changed: str) -> str:
    from urllib.parse import urlencode

    said = {"client_id": app.app_id, "response_type": "code", "redirect_uri": BACK, "scope": f"openid {READ}",
            "state": "s1", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256"}  # fmt: skip
    return f"{office.authority}/oauth2/v2.0/authorize?{urlencode({k: v for k, v in (said | changed).items() if v})}"


VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""RFC 7636's own example is the pair of these two."""


def test_who_says_no_goes_back_with_a_no(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    signed_in(browser.go(asked(office, desktop))).submit("Cancel")
    said = answer_of(browser.left)
    assert (said["error"], said["state"]) == ("access_denied", "s1")
    assert said["error_description"].startswith("AADSTS65004")


def test_what_concerns_others_needs_an_administrator(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    url = asked(office, desktop, scope="openid Group.Read.All")
    signed_in(browser.go(url))
    assert browser.title == "An administrator has to consent"
    assert "Read all groups" in browser.page.words
    browser.submit("Back to")
    assert answer_of(browser.left)["error"] == "access_denied"

    office.person("boss", GLOBAL)
    office.control.set_password("boss@contoso.test", Secret(PASSWORD), must_change=False)
    browser.go(f"{url}&prompt=select_account").submit("another account")
    signed_in(browser, "boss@contoso.test")
    browser.submit("Accept", everybody_checked="yes")
    assert "code" in answer_of(browser.left)
    browser.go(f"{url}&login_hint={ANNA}")
    assert "code" in answer_of(browser.left), "everybody has it now"
    with office.service.administrator() as graph:
        acts = graph.get("/v1.0/auditLogs/directoryAudits").json()["value"]
    (consent,) = [act for act in acts if act["activityDisplayName"] == "consent"]
    assert consent["initiatedBy"]["user"]["displayName"] == "boss@contoso.test"


def test_people_keep_for_themselves_what_they_consented_to_and_nothing_else(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.control.set_permissions("Desktop", grant=["Group.Read.All"], delegated=True)
    url = asked(office, desktop, scope="User.Read Group.Read.All")
    signed_in(browser.go(url)).submit("Accept")
    assert "code" in answer_of(browser.left)
    office.control.set_permissions("Desktop", revoke=["Group.Read.All"], delegated=True)
    assert browser.go(asked(office, desktop, scope="Group.Read.All")).title == "An administrator has to consent"
    assert "code" in answer_of(browser.go(asked(office, desktop, scope="User.Read")).left)


def test_an_administrator_consents_for_everybody_after_consenting_alone(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.person("boss", GLOBAL)
    office.control.set_password("boss@contoso.test", Secret(PASSWORD), must_change=False)
    url = asked(office, desktop, scope="User.Read Group.Read.All")
    signed_in(browser.go(url), "boss@contoso.test").submit("Accept")
    assert office.control.application("Desktop").delegated == ()
    browser.go(f"{url}&prompt=consent").submit("Accept", everybody_checked="yes")
    assert "code" in answer_of(browser.left)
    assert office.control.application("Desktop").delegated == ("Group.Read.All", "User.Read")


def test_prompts_do_what_they_say(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    browser.go(asked(office, desktop, prompt="none"))
    assert answer_of(browser.left)["error"] == "login_required"
    signed_in(browser.go(asked(office, desktop)))
    browser.go(asked(office, desktop, prompt="none"))
    assert answer_of(browser.left)["error"] == "consent_required"
    browser.go(asked(office, desktop)).submit("Accept")
    browser.go(asked(office, desktop, prompt="none"))
    assert "code" in answer_of(browser.left)
    browser.go(asked(office, desktop, prompt="select_account"))
    assert browser.title == "Choose an account"
    browser.submit("Anna")
    assert "code" in answer_of(browser.left)
    signed_in(browser.go(asked(office, desktop, prompt="login")))
    assert "code" in answer_of(browser.left)
    office.clock.now += 700
    assert browser.go(asked(office, desktop, max_age="60")).title == "Sign in"
    assert browser.go(asked(office, desktop, prompt="consent")).title == "Permissions requested"
    browser.submit("Cancel")
    assert answer_of(browser.left)["error"] == "access_denied"


def test_wrong_passwords_say_nothing_to_strangers(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    browser.go(asked(office, desktop))
    unknown = browser.submit(username="nobody@contoso.test", password="guess").alert
    assert browser.submit(username=ANNA, password="guess").alert == unknown
    assert browser.page.every("title")[0].words.startswith("Error: Sign in")
    for number in range(9):
        browser.submit(username=ANNA, password=f"guess {number}")
    assert "Too many" in browser.submit(username=ANNA, password=PASSWORD).alert
    database = open_database(office.service.settings.state)
    with database.read() as c:
        rows = c.execute(select(sign_in).order_by(sign_in.c.id)).all()
    database.close()
    assert [row.error for row in rows] == [50034, *[50126] * 10, 50053]
    assert {row.way for row in rows} == {"authorization_code"}


def test_a_password_that_must_be_changed_is_changed_here(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=True)
    signed_in(browser.go(asked(office, desktop)))
    assert browser.title == "Choose a new password"
    assert "differ" in browser.submit(new="Another-Horse-8", again="Other-Horse-8").alert
    assert "another one" in browser.submit(new=PASSWORD, again=PASSWORD).alert
    assert "weak" in browser.submit(new="weak-weak", again="weak-weak").alert
    browser.go(asked(office, desktop, prompt="none"))
    assert answer_of(browser.left)["error"] == "login_required", "halfway is not signed in"
    signed_in(browser.go(asked(office, desktop)))
    browser.submit(new="Another-Horse-8", again="Another-Horse-8")
    assert browser.title == "Permissions requested"
    signed_in(browser.go(asked(office, desktop, prompt="login")), password="Another-Horse-8")
    assert browser.title == "Permissions requested"


def test_signing_out_ends_the_session_and_goes_back_only_to_the_application(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    signed_in(browser.go(asked(office, desktop))).submit("Accept")
    out = f"{office.authority}/oauth2/v2.0/logout"
    browser.go(f"{out}?client_id={desktop.app_id}&post_logout_redirect_uri={BACK}&state=x")
    assert browser.left == f"{BACK}?state=x"
    assert browser.go(f"{out}?client_id={desktop.app_id}&post_logout_redirect_uri=https://evil.test/").left == ""
    assert browser.title == "You are signed out"
    assert browser.go(asked(office, desktop)).title == "Sign in"
