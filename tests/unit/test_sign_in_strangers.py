"""Who has no account may ask as often as they like: neither tables nor the log of sign-ins grow without bounds."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ropeway.control.in_process import open_database
from ropeway.model.permissions import COMMAND_LINE
from ropeway.model.secret import Secret
from ropeway.service.http.buckets import Buckets
from ropeway.service.identity import recording, server
from ropeway.store import passwords
from ropeway.store.identity_tables import sign_in
from tests.unit.sign_in_office import PASSWORD, Office, opened


def lines(office: Office) -> Counter[int]:
    """The log of sign-ins, by AADSTS number."""
    database = open_database(office.service.settings.state)
    with database.read() as c:
        found = Counter(c.scalars(select(sign_in.c.error)))
    database.close()
    return found


def test_refusals_of_strangers_are_put_on_record_up_to_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recording, "EACH", 5)
    with opened(tmp_path) as office, caplog.at_level(logging.WARNING):
        office.account("anna@contoso.test")
        app = office.control.create_application("Desktop", public=True)
        for _ in range(8):
            guess = {"grant_type": "refresh_token", "client_id": COMMAND_LINE, "refresh_token": "x"}
            assert office.refused(**guess)[2] == 70000
        assert lines(office) == {70000: 5}
        assert "one was from 127.0.0.0/24" in caplog.text
        asked = {
            "grant_type": "password",
            "client_id": app.app_id,
            "username": "anna@contoso.test",
            "scope": "User.Read",
        }
        assert office.refused(**asked, password=PASSWORD)[2] == 65001, "the password was right"
        assert office.refused(**asked, password="guess")[2] == 50126
        office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
        assert office.post(**asked, password=PASSWORD).status_code == 200
        assert lines(office) == {70000: 5, 65001: 1, 0: 1}


def test_so_many_devices_of_one_network_wait_and_what_they_want_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DEVICES", (3, 100, 900.0))
    with opened(tmp_path) as office, office.service.client(verify=False) as client:

        def begin(scope: str) -> tuple[int, str]:
            form = {"client_id": COMMAND_LINE, "scope": scope}
            answer = client.post(f"/{office.tenant}/oauth2/v2.0/devicecode", data=form)
            return answer.status_code, answer.json().get("error", "")

        assert begin("User.Read " * 300) == (400, "invalid_scope")
        assert [begin("User.Read") for _ in range(4)] == [(200, "")] * 3 + [(503, "temporarily_unavailable")]


def test_a_password_that_is_too_long_costs_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - as argon2 has it
            compared.append(len(password))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counted(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    long = Secret("x" * (passwords.LONGEST + 1))
    assert not passwords.matches(PasswordHasher().hash(long.reveal()), long)
    assert compared == [passwords.LONGEST + 1]


TAKEN = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 9)), max_size=60)


@given(TAKEN)
def test_of_each_and_of_all_no_more_is_let_through_in_a_span(taken: list[tuple[str, float]]) -> None:
    now, passed = 0.0, list[tuple[str, float]]()
    buckets = Buckets(4, 6, 60.0, lambda: now)
    for key, later in taken:
        now += later
        if buckets.take(key):
            passed.append((key, now))
    for most, among in [(6, "abc"), *((4, key) for key in "abc")]:
        times = [at for key, at in passed if key in among]
        for at in times:
            assert len([t for t in times if at <= t < at + 60.0]) <= 2 * most, "a full one, and what fills up meanwhile"
