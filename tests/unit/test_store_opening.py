"""Bad days at the state: what cannot be opened says so in a sentence, and nothing is harmed."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from ropeway.control.in_process import open_control
from ropeway.control.running import trouble
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import migrations
from ropeway.store.database import Database, patient
from ropeway.store.schema import HEAD


def refused(url: str) -> Problem:
    with pytest.raises(RopewayError) as error:
        open_control(url)
    return error.value.problem


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite"
    file.write_text("Dear Zoë, " * 1000)
    problem = refused(f"sqlite:///{file}")
    assert (problem.code, problem.details["error"]) == ("state-cannot-open", "file is not a database")
    assert file.read_text().startswith("Dear Zoë")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    problem = refused(f"sqlite:///{tmp_path}/nowhere/state.sqlite")
    assert problem.code == "state-cannot-open"
    assert problem.details["error"].startswith(f"unable to open database file: {tmp_path}/nowhere")
    assert problem.details["error"].endswith("No such file or directory")


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert refused(f"sqlite:///{tmp_path}").code == "state-cannot-open"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to everything")
def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    open_control(f"sqlite:///{file}").close()
    file.chmod(0o400)
    assert refused(f"sqlite:///{file}").code == "state-cannot-open"


def test_a_state_that_may_only_be_read_can_be_looked_at_and_refuses_a_change(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    open_control(f"sqlite:///{file}").close()
    control = open_control(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert control.jobs() == []
    with pytest.raises(RopewayError) as error:
        control.add_domain("contoso.test")
    assert "readonly" in str(error.value)
    control.close()


def test_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    open_control(f"sqlite:///{file}").close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert refused(f"sqlite:///{file}").code == "state-cannot-open"


def test_a_state_of_a_newer_program(database_url: str) -> None:
    open_control(database_url).close()
    database = Database(database_url)
    with database.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    problem = refused(database_url)
    assert (problem.code, problem.details) == ("state-too-new", {"found": "9999", "known": HEAD})


def test_an_address_of_no_known_kind() -> None:
    assert refused("mysql://somewhere/state").code == "state-cannot-open"
    assert refused("state.sqlite").code == "state-cannot-open"


@pytest.mark.postgres
def test_a_database_that_does_not_exist(postgres_url: str) -> None:
    problem = refused(postgres_url.replace("/test_", "/missing_"))
    assert (problem.code, "does not exist" in problem.details["error"]) == ("state-cannot-open", True)


@pytest.mark.postgres
def test_a_user_who_does_not_exist_is_named_and_their_password_is_not(postgres_url: str) -> None:
    problem = refused(postgres_url.replace("postgres@", "zoe:open-sesame@"))
    assert (problem.code, '"zoe"' in problem.details["error"]) == ("state-cannot-open", True)
    assert "open-sesame" not in str(RopewayError(problem)) + repr(problem)


def test_a_server_nobody_answers_from_is_named_and_the_password_is_not() -> None:
    problem = refused("postgresql://zoe:open-sesame@127.0.60.9:5999/state")
    assert (problem.code, problem.object) == ("state-cannot-open", "postgresql://zoe@127.0.60.9:5999/state")
    assert problem.details["error"] == '"127.0.60.9", port 5999: Connection refused'
    assert "psql" in str(RopewayError(problem))
    assert "open-sesame" not in str(RopewayError(problem)) + repr(problem)


def open_and_close(url: str) -> str:
    try:
        open_control(url).close()
    except RopewayError as error:
        return str(error)
    return "opened"


@pytest.mark.slow
def test_eight_processes_that_open_a_new_state_at_once_all_find_it_ready(empty_database_url: str) -> None:
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(open_and_close, [empty_database_url] * 8)) == ["opened"] * 8


def test_the_version_that_is_written_is_that_of_the_newest_migration() -> None:
    """Else an older state keeps its tables, and a new one has others under the same number."""
    files = Path(migrations.__file__).parent.joinpath("versions").glob("[0-9]*.py")
    assert max(file.name[:4] for file in files) == HEAD


def test_an_empty_file_becomes_a_state(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    file.touch()
    open_control(f"sqlite:///{file}").close()
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    connection.close()


def test_a_full_disk_is_told_with_the_file_and_how_to_look(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    control = open_control(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    ballast = text("CREATE TABLE ballast AS SELECT zeroblob(1000000) AS weight")
    with database.write() as c:
        c.execute(text("PRAGMA max_page_count = 1"))
        with pytest.raises(RopewayError) as error, trouble():
            c.execute(ballast)
    assert error.value.problem.code == "state-disk-full"
    assert f"[{file}]" in str(error.value)
    assert f"df -h {tmp_path} " in str(error.value)
    database.close()
    control.close()


@pytest.mark.parametrize("loss", ["ALTER TABLE job DROP COLUMN standing", "DROP TABLE job"])
def test_a_state_without_a_table_or_column_is_of_another_version(database_url: str, loss: str) -> None:
    control = open_control(database_url)
    database = Database(database_url)
    with database.write() as c:
        c.execute(text(loss))
    database.close()
    with pytest.raises(RopewayError) as error:
        control.jobs()
    assert error.value.problem.code == "state-of-another-version"
    assert "space" not in str(error.value)
    control.close()


def test_what_was_written_is_put_in_its_place_while_somebody_goes_on_writing(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    database = Database(f"sqlite:///{file}")
    with database.write() as c:
        c.execute(text("CREATE TABLE note (words TEXT)"))
        c.execute(text("INSERT INTO note VALUES (:words)"), {"words": "Dear Zoë, " * 10_000})
    before = file.stat().st_size
    with database.write() as c:
        c.execute(text("INSERT INTO note VALUES ('another')"))
        database.checkpoint()
    assert before < 100_000 < file.stat().st_size
    database.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ropeway@db.contoso.com/ropeway", {"connect_timeout": "10", "tcp_user_timeout": "30000"}),
        ("postgresql://db/ropeway?connect_timeout=3&sslmode=require", {"connect_timeout": "3", "sslmode": "require"}),
        ("postgresql://postgres@/ropeway?host=/run/a%20b", {"host": "/run/a b", "connect_timeout": "10"}),
    ],
)
def test_a_server_that_is_gone_without_a_word_is_given_up_unless_its_address_says_otherwise(
    url: str, told: dict[str, str]
) -> None:
    found = conninfo_to_dict(patient(url))
    assert found == found | told
    assert {"keepalives_idle", "keepalives_interval", "keepalives_count"} <= found.keys()


@pytest.mark.postgres
def test_connections_of_a_database_have_that_patience(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as c:
        assert c.connection.driver_connection is not None
        found = c.connection.driver_connection.info.get_parameters()
    database.close()
    assert (found["keepalives_idle"], found["tcp_user_timeout"]) == ("10", "30000")
