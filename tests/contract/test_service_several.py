"""Several services on one state: on PostgreSQL side by side, on a file one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ropeway.model.problems import RopewayError
from ropeway.service.http.sealing import make_seal
from tests.fixtures.https import a_service


def test_on_postgresql_whoever_signed_in_at_one_is_known_at_all(tmp_path: Path, postgres_url: str) -> None:
    seal = str(tmp_path / "seal.key")
    with (
        a_service(tmp_path / "one", state=postgres_url, seal=seal) as one,
        a_service(tmp_path / "two", state=postgres_url, seal=seal) as two,
    ):
        assert one.ca == two.ca
        assert two.told.link is None, "the first one printed it"
        with one.administrator() as zoe:
            token = zoe.headers["authorization"].removeprefix("Bearer ")
        with two.client(token=token) as client:
            assert [login["name"] for login in client.get("/login/tokens").json()["value"]] == ["administrator"]


def test_on_postgresql_a_machine_with_a_key_file_of_its_own_is_refused(tmp_path: Path, postgres_url: str) -> None:
    with (
        a_service(tmp_path / "one", state=postgres_url),
        pytest.raises(RopewayError, match="all machines of one state have the same") as error,
        a_service(tmp_path / "two", state=postgres_url, seal=_another(tmp_path)),
    ):
        pass
    assert error.value.problem.code == "seal-wrong"


def test_on_postgresql_a_machine_without_the_key_file_makes_none(tmp_path: Path, postgres_url: str) -> None:
    with (
        a_service(tmp_path / "one", state=postgres_url),
        pytest.raises(RopewayError) as error,
        a_service(tmp_path / "two", state=postgres_url),
    ):
        pass
    assert error.value.problem.code == "seal-missing"
    assert not (tmp_path / "two" / "seal.key").exists()


def test_a_file_has_one_service_at_a_time(tmp_path: Path) -> None:
    with a_service(tmp_path / "one") as one:
        with (
            pytest.raises(RopewayError) as error,
            a_service(tmp_path / "two", state=one.settings.state, seal=str(one.settings.seal_file)),
        ):
            pass
        assert error.value.problem.code == "service-is-running"
        assert error.value.problem.details["url"] == one.url
    with a_service(tmp_path / "one"):
        pass


def _another(folder: Path) -> str:
    return make_seal(folder / "another.key").file
