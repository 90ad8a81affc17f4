"""People sign in by name and password alone, with MSAL, unchanged, over TLS."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import msal
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from azure.identity import UsernamePasswordCredential
from msal.authority import Authority
from sqlalchemy import select, update

from ropeway.control.in_process import open_database
from ropeway.control.protocol import ApplicationView
from ropeway.directory.tables import object_
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.permissions import GLOBAL, ROLES
from ropeway.model.secret import Secret
from ropeway.store import passwords, roles
from ropeway.store.identity_tables import sign_in
from tests.fixtures.addresses import Addresses
from tests.unit.engine_company import Company
from tests.unit.sign_in_office import PASSWORD, Office, claims, office, opened

__all__ = ["office"]

READ = "https://graph.microsoft.com/User.Read"
ANNA = "anna@contoso.test"


@pytest.fixture
def desktop(office: Office, monkeypatch: pytest.MonkeyPatch) -> ApplicationView:
    """A public application, allowed to read for people, and Anna, who signs in to it."""
    known: Any = Authority._domains_without_user_realm_discovery  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]
    monkeypatch.setattr(Authority, "_domains_without_user_realm_discovery", {*known, "127.0.0.1", "localhost"})
    office.account(ANNA)
    office.control.create_application("Desktop", public=True)
    return office.control.set_permissions("Desktop", grant=["User.Read", "User.Read.All"], delegated=True)


def client(office: Office, app: ApplicationView) -> Any:
    return msal.PublicClientApplication(app.app_id, oidc_authority=f"{office.authority}/v2.0", verify=str(office.ca))


def asked(office: Office, app: ApplicationView, **changed: str) -> dict[str, str]:
    form = {"grant_type": "password", "client_id": app.app_id, "username": ANNA, "password": PASSWORD, "scope": READ}
    return form | changed


def test_msal_signs_a_person_in_and_goes_on_silently(office: Office, desktop: ApplicationView) -> None:
    app = client(office, desktop)
    with pytest.warns(DeprecationWarning, match="more secure flow"):  # MSAL's own advice, which is right
        told = app.acquire_token_by_username_password(ANNA, PASSWORD, [READ])
    assert "access_token" in told, told
    said = claims(told["access_token"])
    assert (said["upn"], said["idtyp"], said["tid"]) == (ANNA, "user", office.tenant)
    assert "User.Read" in said["scp"].split()
    assert "User.Read.All" not in said["scp"].split(), "it was not asked for"
    assert told["id_token_claims"]["aud"] == desktop.app_id
    assert told["id_token_claims"]["oid"] == said["oid"] == said["sub"]
    (account,) = app.get_accounts()
    assert account["username"] == ANNA
    assert app.acquire_token_silent([READ], account)["access_token"] == told["access_token"]
    again = app.acquire_token_silent([READ], account, force_refresh=True)
    assert again["access_token"] != told["access_token"]
    assert app.acquire_token_silent([READ], account, force_refresh=True)["access_token"] != again["access_token"]


def test_msal_and_azure_identity_ask_for_the_realm_at_port_443_and_sign_in_unchanged(
    tmp_path: Path, loopback: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    address = loopback(77)
    monkeypatch.setenv("NO_PROXY", address)
    with socket.socket() as trying:
        try:
            trying.bind((address, 443))
        except PermissionError:
            pytest.skip("Port 443, where MSAL asks for a user's realm, cannot be bound here. Run as root.")
    with opened(tmp_path, listen=f"{address}:443") as office:
        office.account(ANNA)
        office.control.create_application("Desktop", public=True)
        desktop = office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
        with pytest.warns(DeprecationWarning, match="more secure flow"):
            told = client(office, desktop).acquire_token_by_username_password(ANNA, PASSWORD, [READ])
        assert office.status(told["access_token"], "/v1.0/me") == 200
        common: dict[str, Any] = {"disable_instance_discovery": True, "connection_verify": str(office.ca)}
        with (
            pytest.warns(DeprecationWarning, match="deprecated"),
            UsernamePasswordCredential(
                desktop.app_id, ANNA, PASSWORD, tenant_id=office.tenant, authority=office.service.url, **common
            ) as credential,
        ):
            assert office.status(credential.get_token(READ).token, "/v1.0/me") == 200
        with office.service.client() as anybody:
            realm = anybody.get(f"/common/userrealm/{ANNA}", params={"api-version": "1.0"}).json()
        assert (realm["account_type"], realm["domain_name"]) == ("Managed", "contoso.test"), "what both were told"
    unpatched: Any = Authority._domains_without_user_realm_discovery  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]
    assert address not in unpatched, "and that they asked"


def test_default_is_everything_that_was_granted_and_tokens_carry_directory_roles(
    office: Office, desktop: ApplicationView
) -> None:
    database = open_database(office.service.settings.state)
    person = office.control.show_object("users", ANNA)["id"]
    with database.write() as c:
        roles.assign(c, 1, GLOBAL, person, 0.0)
    database.close()
    told = office.post(**asked(office, desktop, scope="https://graph.microsoft.com/.default")).json()
    said = claims(told["access_token"])
    assert said["scp"].split() == ["User.Read", "User.Read.All"]
    assert said["wids"] == [ROLES[GLOBAL]]
    assert "refresh_token" not in told, "nobody asked for offline_access"
    assert "id_token" not in told


def test_what_is_wrong_is_said_in_entras_words(office: Office, desktop: ApplicationView) -> None:
    good = asked(office, desktop)
    invalid = (400, "invalid_grant")
    assert office.refused(**good | {"password": "guess"}) == (*invalid, 50126)
    assert office.refused(**good | {"username": "nobody@contoso.test"}) == (*invalid, 50126), "as a wrong password"
    assert office.refused(**good | {"username": ""}) == (400, "invalid_request", 900144)
    assert office.refused(**good | {"scope": "Group.Read.All"}) == (*invalid, 65001)
    assert office.refused(**good | {"scope": "Coffee.Make"}) == (400, "invalid_scope", 70011)
    assert office.refused(**good | {"client_secret": "x"}) == (401, "invalid_client", 700025)
    office.control.create_object("users", office.shape("berta@contoso.test"))
    assert office.refused(**good | {"username": "berta@contoso.test"}) == (*invalid, 50126)
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=True)
    assert office.post(**good).json()["suberror"] == "user_password_expired"
    assert office.refused(**good) == (*invalid, 50055)
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=False)
    database = open_database(office.service.settings.state)
    with database.read() as c:
        codes = c.scalars(select(sign_in.c.error).order_by(sign_in.c.id)).all()
    database.close()
    assert {50034, 50056} <= set(codes), "the sign-in log knows better"
    office.control.update_object("users", ANNA, {"accountEnabled": False})
    assert office.refused(**good) == (*invalid, 50057)
    assert office.refused(**good | {"password": "guess"}) == (*invalid, 50126), "nothing is told to strangers"


def test_who_is_not_said_to_be_enabled_neither_signs_in_nor_acts(office: Office, desktop: ApplicationView) -> None:
    person = office.control.show_object("users", ANNA)["id"]
    token = office.post(**asked(office, desktop)).json()["access_token"]
    assert office.status(token, "/v1.0/me") == 200
    database = open_database(office.service.settings.state)
    with database.write() as c:
        which = object_.c.id == person
        properties = json.loads(c.scalar(select(object_.c.properties).where(which)) or "")
        del properties["accountEnabled"]
        c.execute(update(object_).where(which).values(properties=json.dumps(properties)))
    database.close()
    assert office.status(token, "/v1.0/me") == 401
    assert office.refused(**asked(office, desktop))[2] == 50057


def test_whom_a_job_took_over_is_signed_in_by_no_password_of_before(
    office: Office, desktop: ApplicationView, tmp_path: Path
) -> None:
    """It is Active Directory's from then on, and here nobody could change it any more."""
    assert office.post(**asked(office, desktop)).status_code == 200
    company = Company(tmp_path / "contoso.ldif")
    company.person("Anna")
    company.write()
    office.control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
    office.control.run_job("Contoso")
    assert office.control.show_object("users", ANNA)["onPremisesSyncEnabled"] is True
    assert office.refused(**asked(office, desktop))[2] == 50126
    office.control.delete_job("Contoso", keep=True)
    assert office.post(**asked(office, desktop)).status_code == 200, "the cloud's again"


def test_whoever_guesses_is_locked_out_longer_and_longer(office: Office, desktop: ApplicationView) -> None:
    good = asked(office, desktop)
    for _ in range(12):
        assert office.refused(**good | {"password": "the one of last month"})[2] == 50126, (
            "one and the same counts once"
        )
    for number in range(9):
        assert office.refused(**good | {"password": f"guess {number}"})[2] == 50126
    assert office.refused(**good)[2] == 50053
    office.clock.now += 59
    assert office.refused(**good)[2] == 50053
    office.clock.now += 2
    assert office.refused(**good | {"password": "guess again"})[2] == 50126
    office.clock.now += 61
    assert office.refused(**good)[2] == 50053, "the second lock is twice as long"
    office.clock.now += 60
    assert office.post(**good).status_code == 200
    for number in range(9):
        assert office.refused(**good | {"password": f"guess {number}"})[2] == 50126
    assert office.post(**good).status_code == 200, "the right password begins anew"


def test_sign_ins_of_people_are_on_record_without_their_passwords(office: Office, desktop: ApplicationView) -> None:
    office.post(**asked(office, desktop))
    office.refused(**asked(office, desktop, password="wrong-horse"))
    office.refused(**asked(office, desktop, username="<nobody>@contoso.test"))
    database = open_database(office.service.settings.state)
    with database.read() as c:
        rows = c.execute(select(sign_in).order_by(sign_in.c.id)).all()
    database.close()
    person = office.control.show_object("users", ANNA)["id"]
    assert [(row.person, row.name, row.way, row.error) for row in rows] == [
        (person, ANNA, "password", 0),
        (person, ANNA, "password", 50126),
        ("", "nobody@contoso.test", "password", 50034),
    ]
    assert not any(PASSWORD in str(row) or "wrong-horse" in str(row) for row in rows)


def test_graph_sets_passwords_of_cloud_users(office: Office, desktop: ApplicationView) -> None:
    with office.service.administrator() as graph:
        body = office.shape("cleo@contoso.test") | {"passwordProfile": {"password": "weak"}}
        weak = graph.post("/v1.0/users", json=body)
        assert (weak.status_code, weak.json()["error"]["code"]) == (400, "Request_BadRequest")
        assert "complexity" in weak.json()["error"]["message"]
        body["passwordProfile"] = {"password": PASSWORD, "forceChangePasswordNextSignIn": False}
        made = graph.post("/v1.0/users", json=body)
        assert made.status_code == 201, made.text
        assert PASSWORD not in made.text
        cleo = asked(office, desktop, username="cleo@contoso.test", scope=f"{READ} offline_access")
        told = office.post(**cleo).json()
        patched = graph.patch(
            f"/v1.0/users/{made.json()['id']}", json={"passwordProfile": {"password": "Another-1-one"}}
        )
        assert patched.status_code == 204, patched.text
        assert office.refused(**cleo)[2] == 50126
        assert office.refused(**cleo | {"password": "Another-1-one"})[2] == 50055, "an administrator's is for once"
        form = {"grant_type": "refresh_token", "client_id": desktop.app_id, "refresh_token": told["refresh_token"]}
        assert office.refused(**form)[1:] == ("invalid_grant", 70000), "a new password ends what was signed in"


def test_a_password_is_in_no_log(office: Office, desktop: ApplicationView) -> None:
    with office.service.administrator() as graph:
        path = f"/v1.0/ropeway/directory/users/{ANNA}/password"
        assert graph.post(path, json={"password": "Quite-A-Secret-7"}).status_code == 200
        generated = graph.post(path, json={}).json()["password"]
        acts = graph.get("/v1.0/auditLogs/directoryAudits").text
    assert "set_password" in acts or "Reset" in acts
    assert "Quite-A-Secret-7" not in acts + "".join(office.service.said)
    assert generated not in acts
    assert office.refused(**asked(office, desktop, password=generated))[2] == 50055
    for file in office.service.folder.rglob("*"):
        if file.is_file():
            assert b"Quite-A-Secret-7" not in file.read_bytes(), file


def test_nobodys_password_takes_as_long_as_somebodys() -> None:
    somebodys = passwords.hashed(Secret(PASSWORD))
    assert extract_parameters(passwords.NOBODYS) == extract_parameters(somebodys)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(passwords.NOBODYS, PASSWORD)
