"""A company that is synchronized, changed, and synchronized again, while somebody pulls the plug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ropeway.control.in_process import open_control
from ropeway.model.job import JobSettings, SourceSettings
from tests.crash.child import JOB, Child
from tests.unit.engine_company import Company, Thing


def staffed(path: Path, people: int) -> Company:
    """People in two offices, half of them with a manager, in groups that contain each other."""
    company = Company(path)
    offices = [company.unit("Berlin"), company.unit("Oslo")]
    boss = company.person("Zoë Müller", offices[0])
    staff: list[Thing] = []
    for number in range(people):
        manager = boss if number % 2 else None
        staff.append(company.person(f"Person {number}", offices[number % 2], manager, department=f"D{number % 7}"))
    groups = [company.group(f"Team {n}", staff[n * 9 : n * 9 + 25], offices[n % 2]) for n in range(people // 20)]
    groups[0].links["member"].append(groups[1].number)
    groups[1].links["member"].append(groups[0].number)
    company.group("Everybody", staff)
    company.write()
    return company


def busy_day(company: Company) -> None:
    """Hires, leavers, a rename, a move, an office that is renamed, a group that loses and wins members."""
    things = {thing.name: thing for thing in company.things.values()}
    things["Oslo"].name = "Bergen"
    things["Person 1"].name = "Person One"
    things["Person 2"].parent = things["Oslo"].number
    for number in range(20, 30):
        company.remove(things[f"Person {number}"])
    for number in range(30, 45):
        things[f"Person {number}"].values["department"] = "Sales"
        things[f"Person {number}"].values.pop("userPrincipalName", None)
    things["Person 61"].values["userAccountControl"] = "514"
    new = [company.person(f"Newcomer {n}", things["Berlin"], things["Zoë Müller"]) for n in range(12)]
    company.group("Newcomers", new)
    things["Team 0"].links["member"] = [t.number for t in new] + things["Team 0"].links["member"][:8]
    company.remove(things["Team 3"])
    company.write()


def bad_day(company: Company) -> None:
    """Half of everybody leaves, and the largest group loses half of its members: too much for the guards."""
    staff = [thing for thing in company.things.values() if thing.name.startswith("Person ")]
    everybody = next(thing for thing in company.things.values() if thing.name == "Everybody")
    everybody.links["member"] = everybody.links["member"][: len(staff) // 2]
    for person in staff[: len(staff) // 3]:
        company.remove(person)
    company.person("Newcomer")
    company.write()


@pytest.fixture
def new_job() -> Callable[[str, Company], None]:
    """Makes the directory and the job, and runs nothing."""

    def make(url: str, company: Company) -> None:
        control = open_control(url)
        try:
            control.add_domain("contoso.test")
            control.verify_domain("contoso.test")
            control.create_job(JobSettings(JOB, SourceSettings("ldif", {"path": str(company.path)})))
        finally:
            control.close()

    return make


def finish(url: str) -> int:
    """One run that nobody disturbs; answers the number of its commits."""
    answer, commits = Child(url).answer()
    assert answer in ("success", "nothing-to-do", "held"), answer
    return commits
