"""Refresh tokens: each is good once, and a second use ends the sign-in that it goes back to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.in_process import TENANT, open_database
from ropeway.control.protocol import ApplicationView
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.secret import Secret
from ropeway.store import passwords
from tests.unit.engine_company import Company
from tests.unit.sign_in_office import PASSWORD, Office, claims, office

__all__ = ["office"]

SCOPE = "User.Read openid profile offline_access"
ANNA = "anna@contoso.test"
DAY = 86400.0


@pytest.fixture
def desktop(office: Office) -> ApplicationView:
    office.account(ANNA)
    office.control.create_application("Desktop", public=True)
    return office.control.set_permissions("Desktop", grant=["User.Read", "Group.Read.All"], delegated=True)


def signed_in(office: Office, app: ApplicationView) -> str:
    form = {"client_id": app.app_id, "username": ANNA, "password": PASSWORD, "scope": SCOPE}
    return office.post(grant_type="password", **form).json()["refresh_token"]


def form_of(app: ApplicationView, token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "client_id": app.app_id, "refresh_token": token}


def test_each_use_gives_the_next_one(office: Office, desktop: ApplicationView) -> None:
    token = signed_in(office, desktop)
    for _ in range(3):
        told = office.post(**form_of(desktop, token), client_info="1").json()
        assert claims(told["access_token"])["scp"].split() == ["User.Read", "openid", "profile"]
        assert told["refresh_token"] != token
        token = told["refresh_token"]
        office.clock.now += 80 * DAY
    office.clock.now += 11 * DAY
    assert office.refused(**form_of(desktop, token)) == (400, "invalid_grant", 70008)


def test_a_second_use_ends_the_sign_in(office: Office, desktop: ApplicationView) -> None:
    stolen = signed_in(office, desktop)
    other = signed_in(office, desktop)
    fresh = office.post(**form_of(desktop, stolen)).json()["refresh_token"]
    assert office.refused(**form_of(desktop, stolen)) == (400, "invalid_grant", 50173)
    assert office.refused(**form_of(desktop, fresh)) == (400, "invalid_grant", 70000), "whoever has the next one, too"
    assert office.post(**form_of(desktop, other)).status_code == 200, "another sign-in goes on"


def test_of_many_at_once_one_gets_the_next(office: Office, desktop: ApplicationView) -> None:
    token = signed_in(office, desktop)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: office.post(**form_of(desktop, token)).status_code, range(8)))
    assert sorted(answers) == [200, *[400] * 7]


def test_tokens_of_others_and_forged_ones_are_refused(office: Office, desktop: ApplicationView) -> None:
    token = signed_in(office, desktop)
    other = office.control.create_application("Other", public=True)
    assert office.refused(**form_of(other, token)) == (400, "invalid_grant", 70000)
    for forged in ("x", "x" * 86, token + "x", token[1:], "\u00e9" * 86, "'; DROP TABLE application; --"):
        assert office.refused(**form_of(desktop, forged)) == (400, "invalid_grant", 70000)
    assert office.refused(**form_of(desktop, "")) == (400, "invalid_request", 900144)
    assert office.post(**form_of(desktop, token)).status_code == 200, "nobody else's attempt did harm"


def test_what_nobody_consented_to_is_not_had_by_refreshing(office: Office, desktop: ApplicationView) -> None:
    token = signed_in(office, desktop)
    assert office.refused(**form_of(desktop, token), scope="User.ReadWrite.All") == (400, "invalid_grant", 65001)
    told = office.post(**form_of(desktop, token), scope="Group.Read.All").json()
    assert claims(told["access_token"])["scp"] == "Group.Read.All"
    office.control.set_permissions("Desktop", revoke=["User.Read"], delegated=True)
    assert office.refused(**form_of(desktop, told["refresh_token"])) == (400, "invalid_grant", 65001)


def test_sign_ins_end_with_the_password_the_account_and_by_hand(office: Office, desktop: ApplicationView) -> None:
    def end_by_password() -> None:
        office.control.set_password(ANNA, Secret(PASSWORD), must_change=False)

    def end_by_disabling() -> None:
        office.control.update_object("users", ANNA, {"accountEnabled": False})

    def end_by_deleting() -> None:
        office.control.update_object("users", ANNA, {"accountEnabled": True})
        office.control.delete_object("users", ANNA)
        office.control.restore_object("users", person)

    person = office.control.show_object("users", ANNA)["id"]
    ends = [end_by_password, lambda: office.control.end_sign_ins(ANNA), end_by_disabling]
    for end in ends:
        token = signed_in(office, desktop)
        end()
        assert office.refused(**form_of(desktop, token))[1] == "invalid_grant"
    office.control.update_object("users", ANNA, {"accountEnabled": True})
    token = signed_in(office, desktop)
    end_by_deleting()
    assert office.refused(**form_of(desktop, token))[1] == "invalid_grant"
    token = signed_in(office, desktop)
    office.control.remove_application("Desktop")
    assert office.refused(**form_of(desktop, token))[2] == 700016


def test_whoever_is_at_signing_in_when_the_password_is_replaced_has_nothing_of_it(
    office: Office, desktop: ApplicationView
) -> None:
    form = {"grant_type": "password", "client_id": desktop.app_id, "username": ANNA, "password": PASSWORD}
    person, new = office.control.show_object("users", ANNA)["id"], passwords.hashed(Secret("Another-Horse-8"))
    with closing(open_database(office.service.settings.state)) as database, ThreadPoolExecutor(1) as pool:
        with database.write() as c:
            asking = pool.submit(lambda: office.post(**form, scope=SCOPE))
            wait([asking], 1)  # the password is compared, and found right; nothing can be stored yet
            passwords.replace(c, TENANT, person, new, must_change=False, now=office.clock())
        assert asking.result().json()["error_codes"] == [50126]
    assert office.refused(**form, scope=SCOPE)[2] == 50126
    assert office.post(**{**form, "password": "Another-Horse-8"}, scope=SCOPE).status_code == 200, "at once"


@pytest.mark.parametrize("how", ["disabled", "gone"])
def test_whom_a_job_disabled_or_removed_has_to_sign_in_again_when_they_are_back(
    office: Office, desktop: ApplicationView, tmp_path: Path, how: str
) -> None:
    token = signed_in(office, desktop)
    company = Company(tmp_path / "contoso.ldif")
    anna, _ = company.person("Anna"), company.person("Ben")

    def run() -> None:
        company.write()
        office.control.run_job("Contoso")

    company.write()
    office.control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
    run()
    token = office.post(**form_of(desktop, token)).json()["refresh_token"]
    if how == "disabled":
        anna.values["userAccountControl"] = "514"
    else:
        company.remove(anna)
    run()
    anna.values["userAccountControl"] = "512"
    company.things[anna.number] = anna
    run()
    assert office.control.show_object("users", ANNA)["accountEnabled"] is True
    assert office.refused(**form_of(desktop, token))[1:] == ("invalid_grant", 70000)
