"""A state of an older version: upgraded by command, once, whole, and with a copy of what was."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, text

from ropeway.cli.main import main
from ropeway.control.in_process import open_control, open_database
from ropeway.control.upgrading import migrate
from ropeway.model.problems import Problem, RopewayError
from ropeway.store.database import Database
from ropeway.store.schema import HEAD, upgrade, version

_fork = multiprocessing.get_context("forkserver")
PEOPLE = 500

JOB: dict[str, Any] = {
    "number": 7,
    "tenant": 1,
    "id": "3f1e3a0e-0d1c-4a7d-9a5e-2f6d9d0f7c11",
    "name": "Contoso",
    "settings": '{"name":"Contoso","source":{"kind":"ldif","settings":{}},"schedule":{"every":1800.0}}',
    "status": "Active",
    "created": 1.0,
    "standing": '{"last_run":5.0}',
}


def older(url: str) -> None:
    """A state as version 0001 left it: a job that ran, and what it had read."""
    database = Database(url)
    upgrade(database, "0001")
    tables = MetaData()
    with database.write() as c:
        tables.reflect(c)
        c.execute(tables.tables["tenant"].insert().values(number=1, id="1", name="Ropeway"))
        c.execute(tables.tables["job"].insert().values(**JOB))
        rows = [
            {"tenant": 1, "job": 7, "anchor": f"{n:036}", "source_anchor": f"{n}", "type": "user", "dn": f"CN={n}"}
            | {"attributes": b"\x80", "digest": b"1", "generation": 1, "live": True}
            for n in range(PEOPLE)
        ]
        c.execute(tables.tables["entry"].insert(), rows)
    database.close()


def read(url: str) -> tuple[str | None, int, str]:
    """Version, number of entries, name of the job."""
    database = Database(url)
    try:
        with database.read() as c:
            count = c.scalar(text("SELECT count(*) FROM entry"))
            return version(database), int(count or 0), str(c.scalar(text("SELECT name FROM job")))
    finally:
        database.close()


def refused(url: str, **how: Any) -> Problem:
    with pytest.raises(RopewayError) as error:
        open_database(url, **how)
    return error.value.problem


def test_an_upgrade_by_command_keeps_everything(empty_database_url: str) -> None:
    older(empty_database_url)
    done = migrate(empty_database_url)
    assert (done.found, done.known) == ("0001", HEAD)
    assert read(empty_database_url) == (HEAD, PEOPLE, "Contoso")
    control = open_control(empty_database_url)
    view = control.job("Contoso")
    assert (view.settings.schedule.every, view.entries) == (1800.0, {"user": PEOPLE})
    assert [(act.action, act.subject) for act in control.audit()] == [("service.migrate", f"0001 to {HEAD}")]
    control.close()
    assert migrate(empty_database_url).found == HEAD


def test_a_file_is_copied_first_for_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ropeway.db"
    older(url)
    copy = Path(migrate(url).copy)
    assert read(f"sqlite:///{copy}") == ("0001", PEOPLE, "Contoso")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_copy_that_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ropeway.db"
    older(url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    try:
        with pytest.raises(RopewayError) as error:
            migrate(url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert not list(tmp_path.glob("ropeway.db.before-*"))
    assert error.value.problem.code == "state-copy-failed"
    assert read(url)[0] == "0001"


def test_a_service_refuses_an_older_state_and_names_the_command(empty_database_url: str) -> None:
    older(empty_database_url)
    problem = refused(empty_database_url, older="refuse")
    assert (problem.code, problem.details) == ("state-too-old", {"found": "0001", "known": HEAD})
    assert "`ropeway service migrate`" in str(RopewayError(problem))
    assert read(empty_database_url)[0] == "0001"


def test_on_one_machine_the_state_is_upgraded_by_whoever_opens_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ropeway.db"
    older(url)
    open_control(url).close()
    assert read(url) == (HEAD, PEOPLE, "Contoso")
    assert len(list(tmp_path.glob("ropeway.db.before-*"))) == 1


@pytest.mark.postgres
def test_on_a_server_nobody_upgrades_by_the_way(empty_postgres_url: str) -> None:
    older(empty_postgres_url)
    assert refused(empty_postgres_url).code == "state-too-old"


@pytest.mark.postgres
def test_a_service_on_a_server_begins_only_after_somebody_migrated(
    empty_postgres_url: str, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    older(empty_postgres_url)
    monkeypatch.setenv("ROPEWAY_STATE", empty_postgres_url)
    assert main(["service", "run", "--listen", "127.0.0.1:0", "--data", str(tmp_path)]) != 0
    assert "state-too-old" in capsys.readouterr().err
    assert read(empty_postgres_url)[0] == "0001"


def test_the_command_says_whether_it_is_needed(empty_database_url: str, capsys: Any, monkeypatch: Any) -> None:
    older(empty_database_url)
    monkeypatch.setenv("ROPEWAY_STATE", empty_database_url)
    assert main(["service", "migrate", "--check"]) == 7
    assert main(["service", "migrate", "--quiet"]) == 0
    assert main(["service", "migrate", "--check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"The state has version {HEAD} already")


def _migrate(url: str, answers: Any) -> None:
    try:
        answers.put(migrate(url).found)
    except RopewayError as error:
        answers.put(error.problem.code)


@pytest.mark.slow
def test_of_several_who_upgrade_at_once_one_does_it(empty_database_url: str) -> None:
    older(empty_database_url)
    answers = _fork.Queue()
    processes = [_fork.Process(target=_migrate, args=(empty_database_url, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert set(found) <= {"0001", HEAD}
    assert read(empty_database_url) == (HEAD, PEOPLE, "Contoso")


def _killed(url: str, moment: str) -> None:
    from alembic.operations import Operations

    create = Operations.create_table

    def dies(self: Any, name: str, *columns: Any, **more: Any) -> Any:
        if name == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return create(self, name, *columns, **more)

    Operations.create_table = dies  # type: ignore[method-assign, assignment]
    migrate(url)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["agent", "token"])
def test_killed_in_the_midst_of_an_upgrade_nothing_has_happened(empty_database_url: str, moment: str) -> None:
    older(empty_database_url)
    process = _fork.Process(target=_killed, args=(empty_database_url, moment))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert read(empty_database_url) == ("0001", PEOPLE, "Contoso")
    until = time.monotonic() + 30  # PostgreSQL notices a dead client when it writes to it
    while migrate(empty_database_url).known != version_now(empty_database_url):
        assert time.monotonic() < until
    assert read(empty_database_url) == (HEAD, PEOPLE, "Contoso")


def version_now(url: str) -> str | None:
    return read(url)[0]
