"""A backup holds the state of one moment, and goes back into either database."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, inspect, select, text, update

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.protocol import CycleView
from ropeway.directory.changelog import changes_since
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.service.operating.backup.archive import MAGIC, Begin, Block, End, Header, Rows, Writer
from ropeway.service.operating.backup.counters import not_before
from ropeway.service.operating.backup.restoring import restore
from ropeway.service.operating.backup.tables import in_backup
from ropeway.service.operating.backup.taking import to_file, to_folder
from ropeway.store import leases, tokens
from ropeway.store.backups import last
from ropeway.store.database import Database
from ropeway.store.metadata import metadata, tenant
from ropeway.store.schema import HEAD, prepare, upgrade, version
from ropeway.store.service_tables import agent, audit, call
from ropeway.store.tables import job, lease
from tests.crash.conftest import busy_day, staffed
from tests.crash.picture import picture
from tests.unit.engine_company import Company

JOB = "Contoso"
CHANGED_BY_A_RESTORE = {"lease", "directory", "audit"}
DAY = 86400.0


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return staffed(tmp_path / "company.ldif", people=90)


@pytest.fixture
def synchronized(database_url: str, company: Company) -> Iterator[Database]:
    """A state whose job has run, with an administrator and an agent."""
    in_step(database_url, company)
    database = Database(database_url)
    with database.write() as c:
        c.execute(agent.insert().values(**an_agent("one")))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another, empty database of each kind."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/elsewhere.sqlite")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_server")
    database = Database(server.create("elsewhere"))
    yield database
    database.close()
    server.drop("elsewhere")


def in_step(url: str, company: Company) -> None:
    with_control(url, lambda control: control.add_domain("contoso.test"))
    with_control(url, lambda control: control.verify_domain("contoso.test"))
    settings = JobSettings(JOB, SourceSettings("ldif", {"path": str(company.path)}))
    with_control(url, lambda control: control.create_job(settings))
    assert with_control(url, lambda control: control.run_job(JOB)).result == "success"


def with_control(url: str, do: Callable[[InProcess], Any]) -> Any:
    control = open_control(url)
    try:
        return do(control)
    finally:
        control.close()


def an_agent(id_: str, **values: Any) -> dict[str, Any]:
    usual = {"tenant": 1, "name": id_, "domain": "contoso.test", "certificate": "", "fingerprint": id_}
    return {"id": id_, **usual, "registered": 0.0, "seen": 0.0, **values}


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that a backup holds."""
    with database.snapshot() as c:
        return {
            name: sorted(tuple(map(repr, row)) for row in c.execute(select(metadata.tables[name])))
            for name in in_backup(c)
        }


def until(happens: Callable[[], object]) -> None:
    """Wait for it, at most half a minute."""
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def code_of(do: Callable[[], Any]) -> str:
    with pytest.raises(RopewayError) as refused:
        do()
    return refused.value.problem.code


# a backup of one moment


def test_a_state_goes_into_a_backup_and_comes_out_in_another_database_the_same(
    synchronized: Database, elsewhere: Database, tmp_path: Path
) -> None:
    taken = to_file(synchronized, tmp_path / "one.backup")
    restore(elsewhere, tmp_path / "one.backup")
    before, after = rows(synchronized), rows(elsewhere)
    assert {name for name in before if before[name] != after[name]} <= CHANGED_BY_A_RESTORE
    assert taken.rows == sum(map(len, before.values()))
    assert picture(elsewhere.url) == picture(synchronized.url)


def test_a_moved_installation_goes_on_where_the_old_one_was(
    synchronized: Database, elsewhere: Database, company: Company, tmp_path: Path
) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    restore(elsewhere, tmp_path / "one.backup")
    busy_day(company)
    for url in (synchronized.url, elsewhere.url):
        assert with_control(url, lambda control: control.run_job(JOB)).kind == "delta"
    assert picture(elsewhere.url) == picture(synchronized.url)


def test_what_a_running_job_writes_meanwhile_is_not_in_the_backup(
    synchronized: Database, company: Company, tmp_path: Path
) -> None:
    before, ran = picture(synchronized.url), list[str]()
    busy_day(company)

    def told(_stage: str, _done: int, _total: int | None) -> None:
        if not ran:
            ran.append(with_control(synchronized.url, lambda control: control.run_job(JOB)).result)

    to_file(synchronized, tmp_path / "one.backup", told=told)
    there = Database(f"sqlite:///{tmp_path}/there.sqlite")
    restore(there, tmp_path / "one.backup")
    assert ran == ["success"]
    assert picture(there.url) == before != picture(synchronized.url)
    there.close()


def test_an_older_backup_loses_nothing_since_its_watermark_is_older_too(
    synchronized: Database, company: Company, tmp_path: Path
) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    busy_day(company)
    with_control(synchronized.url, lambda control: control.run_job(JOB))
    expected = picture(synchronized.url)
    restore(synchronized, tmp_path / "one.backup", replace=True)
    assert picture(synchronized.url) != expected
    assert with_control(synchronized.url, lambda control: control.run_job(JOB)).result == "success"
    assert picture(synchronized.url) == expected


# numbers, readers, holders


def test_a_number_that_was_ever_given_is_not_given_again(
    synchronized: Database, elsewhere: Database, company: Company, tmp_path: Path
) -> None:
    settings = JobSettings("Trial", SourceSettings("ldif", {"path": str(company.path)}))
    with_control(synchronized.url, lambda control: control.create_job(settings))
    with_control(synchronized.url, lambda control: control.delete_job("Trial", keep=True))
    to_file(synchronized, tmp_path / "one.backup")
    restore(elsewhere, tmp_path / "one.backup")
    with_control(elsewhere.url, lambda control: control.create_job(settings))
    with elsewhere.read() as c:
        assert c.execute(select(job.c.name).where(job.c.number == 3)).scalars().all() == ["Trial"]


def test_a_number_given_since_the_backup_is_not_given_again_after_it_is_put_back(
    synchronized: Database, company: Company, tmp_path: Path
) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    settings = JobSettings("Trial", SourceSettings("ldif", {"path": str(company.path)}))
    for _ in range(2):
        with_control(synchronized.url, lambda control: control.create_job(settings))
        restore(synchronized, tmp_path / "one.backup", replace=True)
    with_control(synchronized.url, lambda control: control.create_job(settings))
    with synchronized.read() as c:
        assert sorted(c.execute(select(job.c.number)).scalars()) == [1, 4]


def test_readers_of_the_change_log_begin_anew(synchronized: Database, tmp_path: Path) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    with synchronized.read() as c:
        told = changes_since(c, 1, 0, 100_000)[-1].sequence
    restore(synchronized, tmp_path / "one.backup", replace=True)
    with synchronized.read() as c:
        assert code_of(lambda: changes_since(c, 1, told, 10)) == "changes-forgotten"


def test_who_had_a_job_before_the_restore_has_it_no_more(synchronized: Database, tmp_path: Path) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    with synchronized.read() as c:
        before = c.scalar(select(lease.c.epoch))
    restore(synchronized, tmp_path / "one.backup", replace=True)
    with synchronized.write() as c:
        assert code_of(lambda: leases.check(c, {"tenant": 1, "job": 1}, before, time.time())) == "lease-lost"


def test_a_job_that_runs_is_not_restored_over(
    synchronized: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropeway.service.operating.backup.restoring.PATIENCE", 0.3)
    to_file(synchronized, tmp_path / "one.backup")
    with synchronized.write() as c:
        c.execute(update(lease).values(holder="another machine process 7 (x-1) run 1", renewed=time.time()))
    before = rows(synchronized)
    assert code_of(lambda: restore(synchronized, tmp_path / "one.backup", replace=True)) == "job-is-running"
    assert before["entry"] == rows(synchronized)["entry"]


def test_a_job_that_is_kept_in_step_makes_room_for_a_restore_and_goes_on_by_itself(
    synchronized: Database, company: Company, tmp_path: Path
) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    busy_day(company)
    with_control(synchronized.url, lambda control: control.run_job(JOB))
    expected, stop, cycles = picture(synchronized.url), threading.Event(), list[CycleView]()
    control = open_control(synchronized.url)
    keeping = threading.Thread(
        target=control.keep_in_step, args=([JOB],), kwargs={"stop": stop.is_set, "cycle": cycles.append}
    )
    keeping.start()
    try:
        until(lambda: with_control(synchronized.url, lambda other: other.job(JOB)).running)
        restore(synchronized, tmp_path / "one.backup", replace=True)
        until(lambda: any(cycle.result == "success" for cycle in cycles))
    finally:
        stop.set()
        keeping.join()
        control.close()
    assert picture(synchronized.url) == expected


# who may do what


def test_an_administrator_is_still_signed_in_where_an_empty_state_was_filled(
    synchronized: Database, elsewhere: Database, tmp_path: Path
) -> None:
    with synchronized.write() as c:
        shown = tokens.issue(c, 1, "administrator", "Zoë", now=time.time(), lifetime=DAY)
        once = tokens.issue(c, 1, "login-link", "Zoë", now=time.time(), lifetime=DAY)
    to_file(synchronized, tmp_path / "one.backup")
    restore(elsewhere, tmp_path / "one.backup")
    with elsewhere.read() as c:
        assert tokens.find(c, shown.reveal(), ("administrator",), time.time())
        assert tokens.find(c, once.reveal(), ("login-link",), time.time()) is None


def test_who_was_shut_out_since_the_backup_stays_out_when_it_is_put_back(
    synchronized: Database, tmp_path: Path
) -> None:
    with synchronized.write() as c:
        shown = tokens.issue(c, 1, "administrator", "Mallory", now=time.time(), lifetime=DAY)
    to_file(synchronized, tmp_path / "one.backup")
    with synchronized.write() as c:
        tokens.revoke(c, "administrator", "Mallory")
        c.execute(update(agent).values(removed=time.time()))
        c.execute(agent.insert().values(**an_agent("two")))
    restore(synchronized, tmp_path / "one.backup", replace=True)
    with synchronized.read() as c:
        assert tokens.find(c, shown.reveal(), ("administrator",), time.time()) is None
        found = {row.id: row.removed is None for row in c.execute(select(agent))}
    assert found == {"one": False, "two": True}


def test_a_restore_is_in_the_audit_trail_which_it_leaves_whole(synchronized: Database, tmp_path: Path) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    act = {"tenant": 1, "time": 1.0, "who": "Zoë", "action": "job.delete", "subject": JOB, "outcome": "success"}
    with synchronized.write() as c:
        c.execute(audit.insert().values(**act))
    restore(synchronized, tmp_path / "one.backup", replace=True)
    with synchronized.read() as c:
        assert list(c.execute(select(audit.c.action).order_by(audit.c.id)).scalars()) == [
            "job.delete",
            "service.restore",
        ]


def test_an_answer_to_a_call_of_before_meets_no_other_call(
    synchronized: Database, elsewhere: Database, tmp_path: Path
) -> None:
    asked = {"tenant": 1, "domain": "contoso.test", "job": 1, "method": "read", "body": b"", "state": "open"}
    with synchronized.write() as c:
        c.execute(call.insert().values(**asked, created=0.0, expires=0.0))
    to_file(synchronized, tmp_path / "one.backup")
    restore(elsewhere, tmp_path / "one.backup")
    with elsewhere.write() as c:
        assert c.execute(select(call)).all() == []
        assert c.execute(call.insert().values(**asked, created=0.0, expires=0.0)).inserted_primary_key == (2,)


# what is refused


def test_a_state_in_use_is_not_restored_over_by_accident(synchronized: Database, tmp_path: Path) -> None:
    to_file(synchronized, tmp_path / "one.backup")
    before = rows(synchronized)
    assert code_of(lambda: restore(synchronized, tmp_path / "one.backup")) == "state-not-empty"
    assert rows(synchronized) == before


@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.5, 0.99, 1.0])
def test_a_backup_that_was_cut_or_changed_anywhere_is_refused_and_nothing_is_touched(
    synchronized: Database, tmp_path: Path, share: float
) -> None:
    whole = tmp_path / "one.backup"
    to_file(synchronized, whole)
    before, content = rows(synchronized), whole.read_bytes()
    at = min(int(len(content) * share), len(content) - 1)
    for broken in (content[:at], content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]):
        whole.write_bytes(broken)
        refused = code_of(lambda: restore(synchronized, whole, replace=True))
        assert refused == ("backup-foreign" if at < len(MAGIC) else "backup-damaged")
    assert rows(synchronized) == before


def test_a_file_that_is_no_backup_is_refused(synchronized: Database, tmp_path: Path, company: Company) -> None:
    assert code_of(lambda: restore(synchronized, company.path, replace=True)) == "backup-foreign"
    assert code_of(lambda: restore(synchronized, tmp_path / "nowhere", replace=True)) == "backup-unreadable"


def test_a_backup_of_a_newer_program_is_refused(synchronized: Database, tmp_path: Path) -> None:
    with synchronized.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    to_file(synchronized, tmp_path / "one.backup")
    there = Database(f"sqlite:///{tmp_path}/there.sqlite")
    assert code_of(lambda: restore(there, tmp_path / "one.backup")) == "backup-too-new"
    assert version(there) is None
    there.close()


@pytest.mark.parametrize(
    "blocks",
    [
        [Begin("job", ("number", "nonsense")), End(0)],
        [Begin("alembic_version", ("version_num",)), Rows([("9999",)]), End(1)],
        [Begin("hold", ("number",)), End(5)],
        [Rows([(1,)]), End(1)],
        [],
    ],
)
def test_an_archive_that_is_whole_and_makes_no_sense_is_refused(
    synchronized: Database, tmp_path: Path, blocks: list[Block]
) -> None:
    before = rows(synchronized)
    with synchronized.read() as c:
        header = Header(program="0", schema=HEAD, tenant=c.scalar(select(tenant.c.id)), time=0.0, kind="sqlite")
    with (tmp_path / "made-up.backup").open("wb") as out:
        writer = Writer(out, header)
        for block in blocks:
            writer.put(block)
        writer.finish()
    assert code_of(lambda: restore(synchronized, tmp_path / "made-up.backup", replace=True)) == "backup-damaged"
    assert rows(synchronized) == before


def test_a_backup_of_another_installation_does_not_replace_this_one(
    synchronized: Database, elsewhere: Database, company: Company, tmp_path: Path
) -> None:
    in_step(elsewhere.url, company)
    to_file(elsewhere, tmp_path / "other.backup")
    refused = code_of(lambda: restore(synchronized, tmp_path / "other.backup", replace=True))
    assert refused == "backup-of-another-tenant"


# files


def test_only_its_owner_may_read_a_backup_and_it_replaces_no_file_by_itself(
    synchronized: Database, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    to_file(synchronized, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert code_of(lambda: to_file(synchronized, file)) == "backup-exists"
    to_file(synchronized, file, force=True)
    assert sorted(each.name for each in tmp_path.glob("*.backup*")) == ["one.backup"]


def test_a_folder_keeps_the_newest_and_nothing_else_in_it_is_touched(synchronized: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("ropeway-20250101T000000Z.backup", "ropeway-20250102T000000Z.backup", "before-upgrade.backup"):
        (folder / name).touch()
    (folder / "ropeway-20250103T000000Z.backup.part").touch()
    taken = to_folder(synchronized, folder, keep=2)
    assert [Path(each).name for each in taken.removed] == ["ropeway-20250101T000000Z.backup"]
    expected = ["before-upgrade.backup", "ropeway-20250102T000000Z.backup", Path(taken.place).name]
    assert sorted(each.name for each in folder.iterdir()) == expected


def test_the_state_knows_its_last_backup(synchronized: Database, tmp_path: Path) -> None:
    taken = to_file(synchronized, tmp_path / "one.backup")
    with synchronized.read() as c:
        found = last(c, 1)
    assert found is not None
    assert (found.place, found.bytes) == (str(tmp_path / "one.backup"), taken.bytes)


# versions


def test_a_backup_of_a_state_before_the_upgrade_comes_out_upgraded(
    empty_database_url: str, elsewhere: Database, company: Company, tmp_path: Path
) -> None:
    old = Database(empty_database_url)
    upgrade(old, "0001")
    fill_as_before(old, company, tmp_path)
    to_file(old, tmp_path / "before.backup")
    assert version(old) == "0001"
    restore(elsewhere, tmp_path / "before.backup")
    prepare(old)
    assert picture(elsewhere.url) == picture(old.url)
    busy_day(company)
    for each in (old, elsewhere):
        assert with_control(each.url, lambda control: control.run_job(JOB)).result == "success"
    assert picture(elsewhere.url) == picture(old.url)
    old.close()


def fill_as_before(old: Database, company: Company, folder: Path) -> None:
    """Give a database of the first version the rows of a job that has run."""
    now = Database(f"sqlite:///{folder}/now.sqlite")
    in_step(now.url, company)
    with now.read() as c, old.write() as into:
        names = set(inspect(into).get_table_names()) & set(in_backup(c))
        for name in sorted(names):
            found = [dict(row._mapping) for row in c.execute(select(metadata.tables[name]))]
            if found:
                known = {column["name"] for column in inspect(into).get_columns(name)}
                table = Table(
                    name, MetaData(), *(Column(c.name, c.type) for c in metadata.tables[name].c if c.name in known)
                )
                into.execute(table.insert(), [{key: row[key] for key in known} for row in found])
        not_before(into, dict.fromkeys(names, 0))
    now.close()
