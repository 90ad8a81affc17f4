"""An administrator consents for everybody at /adminconsent, in Entra ID's parameters, before people sign in."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from ropeway.control.in_process import TENANT, open_database
from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import COMMAND_LINE, GLOBAL, HYBRID
from ropeway.store.applications import BY_ITSELF, EVERYBODY, grants
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import GRAPH, Office, claims, office
from tests.unit.test_sign_in_pages import ANNA, BACK, READ, answer_of, asked, browser, desktop, signed_in

__all__ = ["browser", "desktop", "office"]

BOSS = "boss@contoso.test"
GROUPS = "https://graph.microsoft.com/Group.Read.All"
WHOM = {EVERYBODY: "everybody", BY_ITSELF: "itself"}
FORMS = ("adminconsent", "v2.0/adminconsent")


@pytest.fixture
def boss(office: Office) -> str:
    office.account(BOSS)
    office.control.assign_role(GLOBAL, BOSS)
    return BOSS


def consent(office: Office, app: ApplicationView, form: str = "v2.0/adminconsent", **changed: str) -> str:
    said = {"client_id": app.app_id, "redirect_uri": BACK, "state": "12345"}
    said |= {"scope": f"{GROUPS} openid"} if form.startswith("v2.0") else {}
    return f"/{office.tenant}/{form}?{urlencode({name: v for name, v in (said | changed).items() if v})}"


def granted(office: Office) -> dict[str, str]:
    """What was consented to, for everybody or for one person."""
    database = open_database(office.service.settings.state)
    with database.read() as c:
        found = {WHOM.get(one.person, "one"): one.permission for one in grants(c, TENANT)}
    database.close()
    return found


def test_people_are_asked_nothing_once_an_administrator_consented(
    office: Office, desktop: ApplicationView, browser: Browser, boss: str
) -> None:
    signed_in(browser.go(consent(office, desktop)), boss)
    assert browser.title == "Permissions requested"
    assert "everybody in Ropeway" in browser.page.words
    assert "Read all groups" in browser.page.words
    browser.submit("Accept")
    assert browser.left.startswith(f"{BACK}?")
    assert answer_of(browser.left) == {
        "admin_consent": "True",
        "tenant": office.tenant,
        "scope": f"{GROUPS} openid",
        "state": "12345",
    }
    assert granted(office) == {"everybody": "Group.Read.All"}
    with office.service.administrator() as graph:
        acts = graph.get("/v1.0/auditLogs/directoryAudits").json()["value"]
    assert [
        act["initiatedBy"]["user"]["userPrincipalName"] for act in acts if act["activityDisplayName"] == "consent"
    ] == [boss]
    with office.service.client(verify=False) as client:
        anna = signed_in(Browser(client).go(asked(office, desktop, scope=f"openid {GROUPS}")))
    assert "code" in answer_of(anna.left)


def test_the_first_form_is_about_what_people_consented_to_one_by_one(
    office: Office, desktop: ApplicationView, browser: Browser, boss: str
) -> None:
    browser.go(consent(office, desktop, "adminconsent"))
    said = answer_of(browser.left)
    assert (said["error"], said["admin_consent"], said["state"]) == ("invalid_client", "True", "12345")
    assert said["error_description"].startswith("AADSTS650056")
    signed_in(browser.go(asked(office, desktop, scope=READ))).submit("Accept")
    assert granted(office) == {"one": "User.Read"}
    with office.service.client(verify=False) as client:
        chief = signed_in(Browser(client).go(consent(office, desktop, "adminconsent")), boss)
        assert "User.Read" in chief.page.words
        chief.submit("Accept")
    assert answer_of(chief.left) == {"admin_consent": "True", "tenant": office.tenant, "state": "12345"}
    assert granted(office) == {"one": "User.Read", "everybody": "User.Read"}


@pytest.mark.parametrize("form", FORMS)
def test_what_an_application_requires_is_asked_for_by_itself_and_for_people(
    office: Office, browser: Browser, boss: str, form: str
) -> None:
    app = office.control.create_application("Web", redirect_uris=[BACK])
    secret = office.control.add_secret("Web").secret
    office.control.set_required("Web", add=["auditlog.read.all", "User.Read.All"])
    office.control.set_required("Web", remove=["User.Read.All"])
    asks = office.control.set_required("Web", add=["Group.Read.All"], delegated=True)
    assert (asks.required, asks.required_delegated) == (("AuditLog.Read.All",), ("Group.Read.All",))
    assert granted(office) == {}, "asking gives nothing"
    changed = {"scope": GRAPH} if form.startswith("v2.0") else {}
    signed_in(browser.go(consent(office, app, form, **changed)), boss)
    assert "by itself, without anybody who signed in (AuditLog.Read.All)" in browser.page.words
    browser.submit("Accept")
    assert answer_of(browser.left)["admin_consent"] == "True"
    assert granted(office) == {"itself": "AuditLog.Read.All", "everybody": "Group.Read.All"}
    assert claims(office.token(app, secret))["roles"] == ["AuditLog.Read.All"]


@pytest.mark.parametrize("form", FORMS)
def test_a_yes_is_to_what_was_shown_and_to_nothing_that_is_required_since(
    office: Office, browser: Browser, boss: str, form: str
) -> None:
    app = office.control.create_application("Web", redirect_uris=[BACK])
    office.control.set_required("Web", add=["User.Read"], delegated=True)
    changed = {"scope": GRAPH} if form.startswith("v2.0") else {}
    signed_in(browser.go(consent(office, app, form, **changed)), boss)
    assert "AuditLog" not in browser.page.words
    office.control.set_required("Web", add=["AuditLog.Read.All"])
    browser.submit("Accept")
    assert (browser.left, granted(office)) == ("", {})
    assert "(AuditLog.Read.All)" in browser.page.words
    browser.submit("Accept")
    assert answer_of(browser.left)["admin_consent"] == "True"
    assert granted(office) == {"itself": "AuditLog.Read.All", "everybody": "User.Read"}


def test_graph_tells_and_takes_what_an_application_requires(office: Office) -> None:
    with office.service.administrator() as graph:
        known = graph.get("/v1.0/servicePrincipals?$filter=displayName eq 'Microsoft Graph'").json()["value"][0]
        scope = next(one["id"] for one in known["oauth2PermissionScopes"] if one["value"] == "User.Read")
        access = {"resourceAppId": known["appId"], "resourceAccess": [{"id": scope, "type": "Scope"}]}
        said = {"displayName": "Web", "requiredResourceAccess": [access]}
        made = graph.post("/v1.0/applications", json=said).json()
        assert made["requiredResourceAccess"] == [access]
        assert office.control.application("Web").required_delegated == ("User.Read",)
        place = f"/v1.0/applications/{made['id']}"
        for wrong in (
            access | {"resourceAppId": made["appId"]},
            access | {"resourceAccess": [{"id": scope, "type": "Role"}]},
            access | {"resourceAccess": [{"id": "x", "type": "Scope"}]},
        ):
            assert graph.patch(place, json={"requiredResourceAccess": [wrong]}).status_code == 400
        assert graph.patch(place, json={"displayName": "Other"}).status_code == 204
        assert graph.get(place).json()["requiredResourceAccess"] == [access], "what is not said stays"
        assert graph.patch(place, json={"requiredResourceAccess": []}).status_code == 204
        assert graph.get(place).json()["requiredResourceAccess"] == []


@pytest.mark.parametrize(("form", "error"), [(FORMS[0], "permission_denied"), (FORMS[1], "consent_required")])
def test_a_no_is_told_in_entras_words(
    office: Office, desktop: ApplicationView, browser: Browser, boss: str, form: str, error: str
) -> None:
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    signed_in(browser.go(consent(office, desktop, form)), boss).submit("Cancel")
    said = answer_of(browser.left)
    assert (said["error"], said["admin_consent"], said["tenant"]) == (error, "True", office.tenant)
    assert said["error_description"].startswith("AADSTS65004: ")
    assert said["state"] == "12345"
    assert granted(office) == {"everybody": "User.Read"}, "as before"


def test_who_may_not_consent_is_told_where_an_administrator_does(
    office: Office, desktop: ApplicationView, browser: Browser, boss: str
) -> None:
    url = asked(office, desktop, scope=f"openid {GROUPS}")
    signed_in(browser.go(url))
    assert browser.title == "An administrator has to consent"
    (address,) = [e.words for e in browser.page.every("code") if e.words.startswith("https://")]
    with office.service.client(verify=False) as client:
        signed_in(Browser(client).go(address), boss).submit("Accept")
    browser.go(url)
    assert "code" in answer_of(browser.left)


@pytest.mark.parametrize("role", ["", HYBRID])
def test_who_is_no_global_administrator_gives_nothing(
    office: Office, desktop: ApplicationView, browser: Browser, role: str
) -> None:
    if role:
        office.control.assign_role(role, ANNA)
    signed_in(browser.go(consent(office, desktop)))
    assert browser.title == "An administrator has to consent"
    (form,) = browser.page.every("form")
    said = {e.attributes["name"]: e.attributes["value"] for e in form.every("input")}
    with_answer = browser.press(said | {"answer": "accept", "everybody": "yes"})
    assert with_answer.title == "An administrator has to consent"
    browser.submit("Back to")
    assert answer_of(browser.left)["error"] == "consent_required"
    assert granted(office) == {}


@pytest.mark.parametrize("form", FORMS)
def test_nobody_is_sent_elsewhere_and_what_makes_no_sense_is_told_where_it_can_be(
    office: Office, desktop: ApplicationView, browser: Browser, form: str
) -> None:
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    for changed in (
        {"client_id": ""}, {"client_id": "nobody"}, {"redirect_uri": ""}, {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": "http://localhost@evil.test"}, {"redirect_uri": "http://localhost:1/%0d%0aX:y"},
        {"client_id": "x\0"},
    ):  # fmt: skip
        assert browser.go(consent(office, desktop, form, **changed)).status == 400, changed
        assert browser.left == ""
    assert browser.go(consent(office, desktop, form) + "&client_id=other").status == 400, "each parameter once"
    assert browser.go(consent(office, desktop, form).replace(office.tenant, "fabrikam.test")).status == 400
    assert browser.go(consent(office, desktop, form).replace(office.tenant, "organizations")).title == "Sign in"
    for changed, error in (
        ({"scope": " "}, "invalid_request"),
        ({"scope": "Coffee.Make"}, "invalid_scope"),
        ({"scope": "https://evil.test/.default"}, "invalid_resource"),
        ({"scope": f"User.Read {'x' * 3000}"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_client"),
    ):
        if form.startswith("v2.0"):
            browser.go(consent(office, desktop, form, **changed))
            assert answer_of(browser.left)["error"] == error, changed
    browser.go(consent(office, desktop, form, state="x" * 3000))
    assert answer_of(browser.left)["error"] == "invalid_request"


def test_a_form_of_another_page_is_not_taken(
    office: Office, desktop: ApplicationView, browser: Browser, boss: str
) -> None:
    signed_in(browser.go(consent(office, desktop)), boss)
    (form,) = browser.page.every("form")
    said = {e.attributes["name"]: e.attributes["value"] for e in form.every("input")} | {"answer": "accept"}
    assert browser.press(said, site="cross-site").status == 400
    assert browser.go(consent(office, desktop)).press(said | {"csrf": "x"}).status == 400
    with office.service.client(verify=False) as client:
        assert client.post(form.attributes["action"], data=said).status_code == 400, "without the cookie"
    assert granted(office) == {}


def test_the_command_line_is_given_nothing_more(office: Office, browser: Browser, boss: str) -> None:
    ours = office.control.application("First")
    path = consent(office, ours).replace(ours.app_id, COMMAND_LINE)
    signed_in(browser.go(path), boss).submit("Accept")
    assert answer_of(browser.left)["error"] == "invalid_grant"
    assert granted(office) == {}
