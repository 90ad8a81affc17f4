"""A database that takes a refresh token and does not say so: with the one before one is still signed in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.postgres import PostgresServer
from tests.fixtures.unanswered import Way, unanswered_commits
from tests.unit.sign_in_office import PASSWORD, Office, opened

pytestmark = pytest.mark.postgres
ANNA = "anna@contoso.test"


@pytest.fixture
def way(postgres_server: PostgresServer) -> Iterator[Way]:
    with tempfile.TemporaryDirectory() as folder:  # a socket's path is short
        postgres_server.create("unanswered")
        with unanswered_commits(Path(folder) / "way", postgres_server.folder, b"UPDATE sign_in_grant") as found:
            yield found
        postgres_server.drop("unanswered")


@pytest.mark.parametrize("lost", [1, 2])
def test_a_refresh_token_that_was_stored_unheard_costs_nobody_the_sign_in(tmp_path: Path, way: Way, lost: int) -> None:
    with opened(tmp_path, state=way.url("unanswered")) as office:
        form, token = signed_in(office)
        way.left = lost
        answer = office.post(**form, refresh_token=token)
        assert way.lost == lost
        if lost == 1:
            assert answer.status_code == 200, "asked once more, the database said what became of it"
        else:
            assert (answer.status_code, answer.json()["error_codes"]) == (503, [90033])
            answer = office.post(**form, refresh_token=token)
            assert answer.status_code == 200
        following = answer.json()["refresh_token"]
        assert office.post(**form, refresh_token=following).status_code == 200
        assert office.refused(**form, refresh_token=token) == (400, "invalid_grant", 50173), "used, and heard of"


def signed_in(office: Office) -> tuple[dict[str, str], str]:
    office.account(ANNA)
    office.control.create_application("Desktop", public=True)
    app = office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    form = {"client_id": app.app_id, "username": ANNA, "password": PASSWORD, "scope": "User.Read offline_access"}
    token = office.post(grant_type="password", **form).json()["refresh_token"]
    return {"grant_type": "refresh_token", "client_id": app.app_id}, token
