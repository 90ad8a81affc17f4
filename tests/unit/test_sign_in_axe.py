"""Every sign-in page in every state, looked at by axe-core in Chromium: colours, labels, landmarks, order, room."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import GLOBAL
from ropeway.model.secret import Secret
from tests.fixtures.browser import Browser
from tests.fixtures.chromium import PROGRAM, Chromium, chromium
from tests.unit.sign_in_office import PASSWORD, Office, office
from tests.unit.test_sign_in_admin_consent import consent
from tests.unit.test_sign_in_devices import begun
from tests.unit.test_sign_in_pages import ANNA, asked, browser, desktop, signed_in
from tests.unit.test_sign_in_second_factor import code, key_on

__all__ = ["browser", "desktop", "office"]

pytestmark = pytest.mark.skipif(not PROGRAM, reason="there is no Chromium: apt-get install chromium")

AXE = Path(__file__).parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"

LOOKS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"prefers_color_scheme": "dark"}, "phone": {"width": 320}}
"""Windows and media; 320 pixels is what WCAG 1.4.10 asks for (1280 at 400 %)."""

FIND = """axe.run(document, {resultTypes: ['violations', 'incomplete']})
    .then(found => [...found.violations, ...found.incomplete].map(one =>
        [one.id, one.nodes.map(n => n.html + ' ' + [...n.any, ...n.all, ...n.none].map(check => check.message))]))"""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Generator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


Look = Callable[[Browser], None]


@pytest.fixture
def look(window: Chromium) -> Look:
    """Look at the page that a browser is at, in every window."""

    def at(browser: Browser) -> None:
        for name, how in LOOKS.items():
            window.look(**how)
            window.show(browser.text)
            window.run(f"{AXE.read_text()};0")
            found = window.run(FIND)
            place = f"{browser.title} ({browser.alert or 'no error'}), {name}"
            assert found == [], f"{place}: {json.dumps(found, indent=1)}"
            assert window.run(OVERFLOW) <= 0, f"{place}: it is wider than its window"

    return at


def test_on_the_way_in(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=True)
    look(browser.go(asked(office, desktop)))
    look(browser.submit(username=ANNA, password="wrong"))
    look(signed_in(browser))
    look(browser.submit(new="weak-weak", again="weak-weak"))
    look(browser.submit(new="Another-Horse-8", again="Another-Horse-8"))
    look(browser.go(asked(office, desktop, prompt="select_account")))
    look(browser.go(asked(office, desktop, scope="openid Group.Read.All")))
    look(browser.go(asked(office, desktop, response_mode="form_post", prompt="consent")))
    look(browser.submit("Accept"))
    look(browser.go(f"{office.authority}/oauth2/v2.0/logout"))


def test_as_an_administrator(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    office.person("boss", GLOBAL)
    office.control.set_password("boss@contoso.test", Secret(PASSWORD), must_change=False)
    look(signed_in(browser.go(asked(office, desktop, scope="openid Group.Read.All")), "boss@contoso.test"))
    look(browser.go(consent(office, desktop)))


def test_with_a_second_factor(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    page = f"{office.authority}/second-factor"
    look(signed_in(browser.go(page)))
    look(browser.submit(code="000000"))
    app = key_on(browser)
    look(browser.submit(code=code(app, office)))
    office.clock.now += 30
    look(signed_in(browser.go(asked(office, desktop, prompt="login"))))
    look(browser.submit(code="000000"))


def test_the_picture_stays_black_on_white_whatever_colours_a_person_has(
    office: Office, desktop: ApplicationView, browser: Browser, window: Chromium
) -> None:
    signed_in(browser.go(f"{office.authority}/second-factor"))
    window.look(forced_colors="active", prefers_color_scheme="dark")
    window.show(browser.text)
    colour = "getComputedStyle(document.querySelector('{}')).{}"
    assert window.run(colour.format("main", "backgroundColor")) == "rgb(0, 0, 0)", "the person's own"
    assert window.run(colour.format(".picture svg", "backgroundColor")) == "rgb(255, 255, 255)"


def test_locked_out(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    browser.go(asked(office, desktop))
    for number in range(11):
        browser.submit(username=ANNA, password=f"guess {number}")
    assert "Too many" in browser.submit(username=ANNA, password=PASSWORD).alert
    look(browser)


def test_for_a_device(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    told = begun(office, desktop)
    look(signed_in(browser.go(told["verification_uri"])))
    look(browser.submit(user_code="BBBB-BBBB"))
    look(browser.submit(user_code=told["user_code"]))
    look(browser.submit("Yes").submit("Accept"))
    assert browser.title == "You are signed in"
    look(browser.go(begun(office, desktop)["verification_uri_complete"]).submit("Go on").submit("Cancel"))
    assert browser.title == "Cancelled"


def test_where_nothing_is_possible(office: Office, desktop: ApplicationView, browser: Browser, look: Look) -> None:
    look(browser.go(asked(office, desktop, redirect_uri="https://evil.test")))
    look(browser.go(asked(office, desktop, client_id="ab" * 200)))
    look(browser.go(f"{office.service.url}/nobody/oauth2/v2.0/authorize"))
    look(browser.go(f"{office.service.url}/login"))


def test_names_that_are_long(office: Office, browser: Browser, look: Look) -> None:
    """Whole words of 100 letters break; nothing scrolls sideways."""
    name = "donaudampfschifffahrtsgesellschaftskapitaen." + "x" * 18 + "@contoso.test"
    office.account(name)
    made = office.control.create_application("W" * 100, public=True, redirect_uris=["http://localhost"])
    look(browser.go(asked(office, made)))
    look(signed_in(browser, name))
    look(browser.go(asked(office, made, scope="openid Group.Read.All")))
    look(browser.go(asked(office, made, prompt="select_account")))
