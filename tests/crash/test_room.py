"""What an administrator does to a job while a worker process keeps it in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.schema_views import SchemaChange
from ropeway.model.problems import RopewayError
from tests.crash.conftest import staffed
from tests.crash.working import a_worker, wait
from tests.unit.engine_company import Company

pytestmark = pytest.mark.slow


class Office:
    """A company that a worker keeps in step, and an administrator beside it."""

    def __init__(self, control: InProcess, company: Company) -> None:
        self.control, self.company = control, company

    def people(self) -> set[str]:
        return {user["displayName"] for user in self.control.list_objects("users", limit=1000)}


@pytest.fixture
def office(tmp_path: Path, new_job: Callable[[str, Company], None], database_url: str) -> Iterator[Office]:
    company = staffed(tmp_path / "company.ldif", people=40)
    new_job(database_url, company)
    control = open_control(database_url)
    opened = Office(control, company)
    with a_worker(database_url):
        wait(lambda: len(opened.people()) == 41)
        yield opened
    control.close()


def test_somebody_is_provisioned_on_demand(office: Office) -> None:
    newcomer = office.company.person("Newcomer")
    office.company.write()
    view = office.control.provision("Contoso", office.company.dn(newcomer))
    assert view.result in ("Success", "Skipped")
    office.company.person("Another")
    office.company.write()
    wait(lambda: "Another" in office.people())


def test_rules_that_change_are_those_of_the_next_cycle(office: Office) -> None:
    text = office.control.export_schema("Contoso").text
    changed = text.replace("Coalesce([displayName], [cn]", "Coalesce(ToUpper([cn])")
    assert changed != text
    office.control.change_schema("Contoso", SchemaChange(text=changed))
    wait(lambda: all(name.isupper() for name in office.people()))


def test_a_job_is_deleted(office: Office) -> None:
    assert office.control.delete_job("Contoso", keep=False) > 41
    assert office.people() == set()
    assert office.control.jobs() == []


def test_a_worker_that_cannot_let_go_in_time_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ropeway.control.room.LONGEST_WAIT", -1.0)
    with pytest.raises(RopewayError) as error:
        office.control.delete_job("Contoso", keep=True)
    assert error.value.problem.code == "job-is-running"
    assert " process " in error.value.problem.details["holder"]
