"""What people try at the sign-in pages: nobody is sent anywhere else, and nothing is had twice."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ropeway.control.applications import check_redirect
from ropeway.control.protocol import ApplicationView
from ropeway.model.problems import RopewayError
from ropeway.service.identity.by_code import challenge_of
from ropeway.service.identity.pages.rendering import page
from ropeway.service.identity.redirects import fits, origin
from ropeway.store.applications import Application
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import PASSWORD, Office, office
from tests.unit.test_sign_in_pages import ANNA, BACK, READ, VERIFIER, answer_of, asked, browser, desktop, signed_in

__all__ = ["browser", "desktop", "office"]


def code_of(office: Office, app: ApplicationView, browser: Browser, **changed: str) -> str:
    browser.go(asked(office, app, scope=f"openid offline_access {READ}", **changed))
    if not browser.left:
        signed_in(browser) if browser.title == "Sign in" else None
    if not browser.left:
        browser.submit("Accept")
    return answer_of(browser.left)["code"]


def shown(app: ApplicationView, code: str, **changed: str) -> dict[str, str]:
    form = {"grant_type": "authorization_code", "client_id": app.app_id, "code": code, "redirect_uri": BACK}
    return {name: value for name, value in (form | {"code_verifier": VERIFIER} | changed).items() if value}


def test_nobody_is_sent_to_an_address_that_is_not_the_applications(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    office.control.set_redirects("Desktop", add=["https://app.contoso.test/back"])
    for uri in (
        "https://evil.test/", "http://localhost.evil.test", "http://localhost@evil.test", "http://localhost:80@evil.test/",
        "https://localhost", "http://localhost:1/other", "http://localhost:1?x=1", "http://localhost#x", "//evil.test",
        "https://app.contoso.test/back/", "https://app.contoso.test/back?x=1", "https://app.contoso.test/BACK",
        "https://app.contoso.test:444/back", "https://app.contoso.test/back/../evil", "http://app.contoso.test/back",
        "http://localhost:99999", "http://localhost:x", "http://localhost\r\nX: y", "javascript:alert(1)", "http://[::1",
        "HTTP://localhost", "http://LOCALHOST", "http://localhost.", "http://localhost%2eevil.test", "http://localhost%00",
        "https://APP.contoso.test/back", "https://app.contoso.test/%62ack", "https://app.contoso.test/back%2f..%2fevil",
        "https://me@app.contoso.test/back", "https://app.contoso.test:443/back", "https://app.contoso.test/back#x",
        "https://app.contoso.test.evil.test/back", "https://app.contoso.tes", "https://app.contoso.test/back ",
        " https://app.contoso.test/back", "https://app.contoso.test/back,http://evil.test", "http://localhost:080",
        "http://localhost\\@evil.test", "data:text/html,x", "urn:ietf:wg:oauth:2.0:oob", "http://127.0.0.1:1",
    ):  # fmt: skip
        browser.go(asked(office, desktop, redirect_uri=uri))
        assert (browser.status, browser.left, browser.title) == (400, "", "Sign-in is not possible"), uri
        assert "location" not in browser.headers
    for uri in ("http://localhost", "http://localhost:1", "http://localhost:65535/", "https://app.contoso.test/back"):
        browser.go(asked(office, desktop, redirect_uri=uri, prompt="none"))
        assert browser.left.startswith(uri), uri


def test_a_request_that_makes_no_sense_is_answered_where_it_can_be(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    for changed in ({"client_id": ""}, {"client_id": "nobody"}, {"redirect_uri": ""}):
        assert browser.go(asked(office, desktop, **changed)).status == 400
        assert browser.left == ""
    assert browser.go(asked(office, desktop) + "&client_id=other").status == 400, "each parameter once"
    assert browser.go(asked(office, desktop).replace(office.tenant, "fabrikam.test")).status == 400
    for changed, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "https://evil.test/.default"}, "invalid_resource"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"request_uri": "https://evil.test/"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"login_hint": "x" * 3000}, "invalid_request"),
    ):
        browser.go(asked(office, desktop, **changed))
        said = answer_of(browser.left)
        assert (said["error"], said["state"]) == (error, "s1"), changed
        assert said["iss"] == f"{office.authority}/v2.0"


def test_a_code_is_good_once_and_a_second_use_ends_what_it_gave(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    code = code_of(office, desktop, browser)
    first = office.post(**shown(desktop, code)).json()
    assert office.refused(**shown(desktop, code)) == (400, "invalid_grant", 54005)
    form = {"grant_type": "refresh_token", "client_id": desktop.app_id, "refresh_token": first["refresh_token"]}
    assert office.refused(**form) == (400, "invalid_grant", 70000)
    assert office.status(first["access_token"], "/v1.0/me") == 401, "its access token as well"
    code = code_of(office, desktop, browser)
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(office.post, **shown(desktop, code)) for _ in range(6)]
        answers = [one.result().status_code for one in waiting]
    assert answers.count(200) <= 1


def test_a_code_is_good_only_for_whom_and_for_what_it_was_given(
    office: Office, desktop: ApplicationView, browser: Browser
) -> None:
    other = office.control.create_application("Other", public=True, redirect_uris=["http://localhost"])
    code = code_of(office, desktop, browser)
    assert office.refused(**shown(other, code)) == (400, "invalid_grant", 70000)
    assert office.refused(**shown(desktop, code, redirect_uri="http://localhost:1")) == (400, "invalid_grant", 70000)
    challenge, other_case = challenge_of(VERIFIER), VERIFIER.swapcase()
    for wrong in ("", "x" * 43, VERIFIER + "x", VERIFIER[:-1], "é" * 43, "x" * 129, challenge, other_case):
        plain = shown(desktop, code, code_verifier=wrong, code_challenge_method="plain")
        for form in (shown(desktop, code, code_verifier=wrong), plain):
            assert office.refused(**form) == (400, "invalid_grant", 501481), wrong
    assert office.refused(**shown(desktop, code[:-1])) == (400, "invalid_grant", 70000)
    assert office.post(**shown(desktop, code)).status_code == 200, "nobody's attempts used it up"
    code = code_of(office, desktop, browser)
    office.clock.now += 301
    assert office.refused(**shown(desktop, code)) == (400, "invalid_grant", 70008)
    code = code_of(office, desktop, browser)
    office.control.update_object("users", ANNA, {"accountEnabled": False})
    assert office.refused(**shown(desktop, code))[1] == "invalid_grant"


def test_a_verifier_for_a_code_without_challenge_is_refused(office: Office, browser: Browser) -> None:
    office.account(ANNA)
    web = office.control.create_application("Web", redirect_uris=[BACK])
    secret = office.control.add_secret("Web").secret
    code = code_of(office, web, browser, code_challenge="", code_challenge_method="")
    assert office.refused(**shown(web, code, client_secret=secret)) == (400, "invalid_grant", 501481)
    assert office.refused(**shown(web, code, code_verifier="")) == (401, "invalid_client", 7000218)
    assert office.post(**shown(web, code, code_verifier="", client_secret=secret)).status_code == 200


def test_forms_of_others_are_not_taken(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    browser.go(asked(office, desktop))
    (form,) = browser.page.every("form")
    token = next(e.attributes["value"] for e in form.every("input") if e.attributes["name"] == "csrf")
    said = {"csrf": token, "step": "password", "username": ANNA, "password": PASSWORD}
    path = form.attributes["action"]
    with office.service.client(verify=False) as stranger:
        assert stranger.post(path, data=said).status_code == 400, "without the cookie"
    with office.service.client(verify=False) as victim:
        victim.get(path)
        assert victim.post(path, data=said).status_code == 400, "somebody else's form"
        assert victim.post(path, data={**said, "csrf": ""}).status_code == 400
        (own,) = Browser(victim).go(path).page.every("form")
        mine = next(e.attributes["value"] for e in own.every("input") if e.attributes["name"] == "csrf")
        crossed = victim.post(path, data={**said, "csrf": mine}, headers={"sec-fetch-site": "cross-site"})
        assert crossed.status_code == 400
        assert victim.post(path, data={**said, "csrf": mine}).status_code == 200


def test_pages_are_for_no_frame_and_cookies_for_nobody_else(office: Office, desktop: ApplicationView) -> None:
    with office.service.client(verify=False) as client:
        first = client.get(asked(office, desktop))
        assert first.headers["x-frame-options"] == "DENY"
        policy = first.headers["content-security-policy"]
        for part in (
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self' http://localhost:8765",
        ):
            assert part in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert first.headers["cache-control"] == "no-store"
        assert first.headers["referrer-policy"] == "no-referrer"
        cookie = first.headers["set-cookie"]
        assert cookie.startswith("__Host-ropeway-sign-in-1=")
        for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
            assert part in cookie
        before = client.cookies["__Host-ropeway-sign-in-1"]
        signed_in(Browser(client).go(asked(office, desktop)))
        assert client.cookies["__Host-ropeway-sign-in-1"] != before, "whoever planted one knows nothing of the next"


def test_what_others_wrote_is_text_on_the_page(office: Office, browser: Browser) -> None:
    office.account(ANNA)
    name = "<script>alert(1)</script>"
    app = office.control.create_application(name, public=True, redirect_uris=["http://localhost"])
    hint = '"><img src=x onerror=alert(1)>'
    browser.go(asked(office, app, login_hint=hint, state="\r\nSet-Cookie: a=b"))
    assert not browser.page.every("script") + browser.page.every("img")
    assert name in browser.page.words
    assert any(e.attributes.get("value") == hint for e in browser.page.every("input"))
    signed_in(browser).submit("Cancel")
    assert answer_of(browser.left)["state"] == "\r\nSet-Cookie: a=b"
    assert "set-cookie" not in browser.headers or "a=b" not in browser.headers["set-cookie"]


def test_large_bodies_and_strange_ones_are_refused(office: Office, desktop: ApplicationView) -> None:
    with office.service.client(verify=False) as client:
        url = asked(office, desktop)
        client.get(url)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        for body, headers in (
            (b"a=" + b"x" * 70_000, kind), (b"step=a&step=b", kind), (b"{}", {"content-type": "application/json"}),
            (b"\xff\xfe", kind), (b"&".join(b"a%d=1" % n for n in range(200)), kind),
        ):  # fmt: skip
            assert client.post(url, content=body, headers=headers).status_code == 400
        assert client.put(url).status_code == 405


ANY_APP = Application("id", 1, "app", "sp", "Any", True, True, ("http://localhost/cb", "https://a.test/x"), 0.0)
URI = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda *parts: "".join(parts),
        st.sampled_from(["http://", "https://", "HTTP://", "//", "http:/", "http:\\\\"]),
        st.sampled_from(
            ["localhost", "localhost.", "localhost@evil.test", "evil.test", "127.0.0.1", "a.test", "[::1]"]
        ),
        st.sampled_from(["", ":80", ":", ":0", ":65536", ":1:2", "\t", ":80@evil.test"]),
        st.sampled_from(["/cb", "/x", "", "/", "/cb/", "/cb?a", "/cb#a", "/../cb", "/cb\n", "/cb;a"]),
    ),
)


@given(URI)
@settings(max_examples=400)
def test_whatever_fits_leads_to_the_application(uri: str) -> None:
    if fits(ANY_APP, uri) and uri not in ANY_APP.redirects:
        parts = urlsplit(uri)
        assert (parts.scheme, parts.hostname, parts.path) == ("http", "localhost", "/cb")
        assert httpx2.URL(uri).host == "localhost", "another parser reads the same"
        assert parts.username is None
        assert not parts.query + parts.fragment


HOSTS = st.one_of(
    st.sampled_from(["a.test", "A.test", "localhost", "[::1]", "127.0.0.1", "xn--bcher-kva.test", "a_b.test"]),
    st.text(alphabet=st.sampled_from("a.-_[]:;,'\"\\\t\n @*%é例"), max_size=9),
)
PORTS, PATHS = st.sampled_from(["", ":8443", ":", ":0x1", ":99999", ":٣"]), st.text(max_size=9).map("/{}".format)


@given(st.sampled_from(["https", "http"]), HOSTS, PORTS, PATHS)
@example("https", "a.test;script-src 'unsafe-inline'", "", "/")
@example("https", "例え.test", "", "/")
@settings(max_examples=400)
def test_an_address_that_an_application_may_have_is_one_word_of_a_policy(
    scheme: str, host: str, port: str, path: str
) -> None:
    uri = f"{scheme}://{host}{port}{path}"
    try:
        check_redirect(uri)
    except RopewayError:
        plain = uri.isascii() and f"{path[1:]}a".isalnum()
        assert not (plain and scheme == "https" and host == "a.test" and port in ("", ":8443")), "it is in order"
        return
    (source,) = [part for part in _policy(origin(uri)) if part.startswith("form-action")]
    assert source.split() == ["form-action", "'self'", origin(uri)]
    assert httpx2.URL(uri).raw_host.decode() == urlsplit(uri).hostname, "another parser reads the same"


def _policy(goes_to: str) -> list[str]:
    told = page("message", goes_to=goes_to, title="", organisation="", lines=())
    return told.headers["content-security-policy"].split("; ")


NAMES = st.sampled_from(
    ["client_id", "redirect_uri", "scope", "state", "prompt", "response_mode", "max_age", "nonce", "login_hint",
     "id_token_hint", "post_logout_redirect_uri", "code_challenge", "step", "csrf", "account"]
)  # fmt: skip


@pytest.fixture
def anybody(office: Office) -> Generator[httpx2.Client]:
    with office.service.client(verify=False) as client:
        yield client


@given(st.sampled_from(["authorize", "logout"]), st.dictionaries(NAMES, st.text(max_size=30)), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_makes_the_service_fail(
    office: Office, anybody: httpx2.Client, page: str, said: dict[str, str], posted: bool
) -> None:
    query = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in said.items()})
    path = f"/{office.tenant}/oauth2/v2.0/{page}"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = anybody.post(path, content=query, headers=kind) if posted else anybody.get(f"{path}?{query}")
    assert answer.status_code < 500
    assert "location" not in answer.headers
