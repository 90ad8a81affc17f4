"""A second factor: an authenticator app, set up at the browser, asked for at every sign-in."""

from __future__ import annotations

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select

from ropeway.control.in_process import open_database
from ropeway.control.protocol import ApplicationView
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.store.identity_tables import password
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import PASSWORD, Office, claims, office
from tests.unit.test_sign_in_accessibility import check
from tests.unit.test_sign_in_pages import ANNA, READ, answer_of, asked, browser, desktop, signed_in
from tests.unit.test_sign_in_tricks import shown

__all__ = ["browser", "desktop", "office"]


def key_on(browser: Browser) -> TOTP:
    """The authenticator app, with the key that the page shows."""
    return TOTP(browser.page.every("code")[0].words.replace(" ", ""))


def code(app: TOTP, office: Office) -> str:
    return app.at(office.clock.now)


def enrolled(office: Office, browser: Browser, app: ApplicationView) -> TOTP:
    """Anna with a second factor, half a minute later."""
    office.control.set_second_factor(ANNA)
    signed_in(browser.go(asked(office, app)))
    assert browser.title == "Set up a second factor"
    made = key_on(browser)
    browser.submit(code=code(made, office))
    assert browser.title == "Permissions requested"
    office.clock.now += 30
    return made


def test_it_is_set_up_at_the_next_sign_in_and_asked_for_from_then_on(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.control.set_second_factor(ANNA)
    signed_in(browser.go(asked(office, desktop)))
    check(browser.page)
    assert browser.page.every("svg")
    app = key_on(browser)
    assert "not the code" in browser.submit(code="000000").alert
    assert key_on(browser).secret == app.secret, "a typing mistake does not change the key"
    browser.submit(code=code(app, office)).submit("Accept")
    tokens = office.post(**shown(desktop, answer_of(browser.left)["code"])).json()
    assert claims(tokens["access_token"])["amr"] == ["pwd", "mfa"]

    office.clock.now += 30
    signed_in(browser.go(asked(office, desktop, prompt="login")))
    check(browser.page)
    assert browser.title == "Enter the code"
    assert browser.go(asked(office, desktop, prompt="none")).left != ""
    assert answer_of(browser.left)["error"] == "login_required", "half a sign-in is none"
    signed_in(browser.go(asked(office, desktop)))
    assert "wrong" in browser.submit(code="123456").alert
    browser.submit(code=code(app, office))
    assert "code" in answer_of(browser.left)


def test_a_code_works_once(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    app = enrolled(office, browser, desktop)
    now = code(app, office)
    signed_in(browser.go(asked(office, desktop, prompt="login"))).submit(code=now)
    assert browser.title == "Permissions requested"
    signed_in(browser.go(asked(office, desktop, prompt="login")))
    assert "used already" in browser.submit(code=now).alert
    before = app.at(office.clock.now - 30)
    assert "used already" in browser.submit(code=before).alert, "nor does an earlier one"
    office.clock.now += 30
    assert browser.submit(code=code(app, office)).title == "Permissions requested"


def test_guessing_codes_leads_to_the_password_and_then_to_a_lock(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    app = enrolled(office, browser, desktop)
    for number in range(10):
        if browser.title != "Enter the code":
            signed_in(browser.go(asked(office, desktop, prompt="login")))
        browser.submit(code=f"{number:06}")
    assert browser.title == "Sign in"
    assert "Too many" in browser.submit(username=ANNA, password=PASSWORD).alert
    office.clock.now += 61
    assert signed_in(browser).submit(code=code(app, office)).title == "Permissions requested"


def test_the_same_wrong_code_is_a_guess_anew_each_half_minute(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    enrolled(office, browser, desktop)
    for _ in range(8):
        if browser.title != "Enter the code":
            signed_in(browser.go(asked(office, desktop, prompt="login")))
        browser.submit(code="12 34 56")
        office.clock.now += 30
    for guess in ("65 43 21", "65 43 21", "11 11 11"):
        signed_in(browser.go(asked(office, desktop, prompt="login")))
        assert browser.title == "Enter the code", "the same at once counts once"
        browser.submit(code=guess)
    assert "Too many" in signed_in(browser.go(asked(office, desktop, prompt="login"))).alert


def test_programs_with_a_password_alone_are_refused(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    form = {
        "grant_type": "password",
        "client_id": desktop.app_id,
        "username": ANNA,
        "password": PASSWORD,
        "scope": READ,
    }
    assert office.post(**form).status_code == 200
    office.control.set_second_factor(ANNA)
    assert office.refused(**form) == (400, "invalid_grant", 50079)
    signed_in(browser.go(asked(office, desktop)))
    browser.submit(code=code(key_on(browser), office))
    assert office.post(**form).json()["suberror"] == "basic_action"
    assert office.refused(**form) == (400, "invalid_grant", 50076)
    assert office.refused(**form | {"password": "guess"})[2] == 50126
    office.control.set_second_factor(ANNA, wanted=False)
    assert office.post(**form).status_code == 200


def test_people_set_one_up_by_themselves(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    page = f"{office.authority}/second-factor"
    signed_in(browser.go(page))
    first = key_on(browser)
    browser.submit(code=code(first, office))
    assert browser.title == "The second factor is set up"
    office.clock.now += 700
    signed_in(browser.go(page))
    assert browser.title == "Enter the code", "who replaces one shows it first"
    browser.submit(code=code(first, office))
    second = key_on(browser)
    assert second.secret != first.secret
    browser.submit(code=code(second, office))
    office.clock.now += 30
    signed_in(browser.go(asked(office, desktop, prompt="login")))
    assert browser.submit(code=code(first, office)).alert
    assert browser.submit(code=code(second, office)).title == "Permissions requested"


def test_whoever_had_the_password_alone_is_out_once_a_second_factor_is_set_up(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    page = f"{office.authority}/second-factor"
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    with office.service.client(verify=False) as client:
        thief = signed_in(Browser(client).go(page))
        prepared = key_on(thief)
        signed_in(browser.go(page))
        own = key_on(browser)
        assert browser.submit(code=code(own, office)).title == "The second factor is set up"
        assert thief.submit(code=code(prepared, office)).title == "Sign in", (
            "the key that was seen before counts no more"
        )
        assert thief.go(asked(office, desktop)).title == "Sign in"
    office.clock.now += 30
    assert "code" in answer_of(browser.go(asked(office, desktop)).left), "who set it up goes on"
    signed_in(browser.go(asked(office, desktop, prompt="login")))
    assert "code" in answer_of(browser.submit(code=code(own, office)).left)


def test_keys_are_sealed(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    app = enrolled(office, browser, desktop)
    database = open_database(office.service.settings.state)
    with database.read() as c:
        kept = c.scalar(select(password.c.second_factor))
    database.close()
    assert kept
    assert app.secret.encode() not in kept
    assert not any(
        app.secret.encode() in file.read_bytes() for file in office.service.folder.rglob("*") if file.is_file()
    )


def test_who_has_no_password_has_no_second_factor(office: Office) -> None:
    office.control.create_object("users", office.shape("berta@contoso.test"))
    with pytest.raises(RopewayError) as refused:
        office.control.set_second_factor("berta@contoso.test")
    assert refused.value.problem.code == "password-missing"
    office.control.set_password("berta@contoso.test", Secret(PASSWORD))
    assert office.control.set_second_factor("berta@contoso.test").second_factor == "wanted"
