"""A staging job beside the active one: what each would write differently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from ropeway.control.comparing import Comparing, side
from ropeway.control.in_process import InProcess, open_control
from ropeway.engine.comparing import link_differences
from ropeway.model.anchors import Anchor
from ropeway.model.job import Departure, JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.store import comparing
from tests.unit.engine_company import Company, Trial, company, trial

__all__ = ["company", "trial"]


def installation(path: Path) -> InProcess:
    opened = open_control(f"sqlite:///{path}")
    opened.add_domain("contoso.test")
    opened.verify_domain("contoso.test")
    return opened


@pytest.fixture
def active(tmp_path: Path) -> Iterator[InProcess]:
    opened = installation(tmp_path / "active.db")
    yield opened
    opened.close()


@pytest.fixture
def standby(tmp_path: Path) -> Iterator[InProcess]:
    opened = installation(tmp_path / "standby.db")
    yield opened
    opened.close()


def follow(control: InProcess, company: Company, name: str = "Contoso", **settings: Any) -> None:
    company.write()
    control.create_job(JobSettings(name, SourceSettings("ldif", {"path": str(company.path)}), **settings))
    control.run_job(name)


def test_a_staging_installation_that_sees_the_same_would_write_the_same(
    active: InProcess, standby: InProcess, company: Company, tmp_path: Path
) -> None:
    ann = company.person("Ann", department="Sales")
    company.group("Sales", [ann, company.person("Bob", manager=ann)])
    follow(active, company)
    follow(standby, company, staging=True)
    view = standby.compare_jobs("Contoso", "Contoso", state=f"sqlite:///{tmp_path / 'active.db'}")
    assert (view.counts, view.settings, view.differences) == ({"same": 3}, {}, ())


@pytest.mark.parametrize("together", [0, 1, comparing.LINKS])
def test_what_changed_since_the_active_one_ran_is_told_object_by_object(
    together: int,
    active: InProcess,
    standby: InProcess,
    company: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "LINKS", together)
    ann, bob = company.person("Ann", department="Sales"), company.person("Bob")
    group = company.group("Sales", [ann, bob])
    follow(active, company)
    ann.values["department"] = "Marketing"
    cyd = company.person("Cyd")
    group.links["member"] = [ann.number, cyd.number]
    company.remove(bob)
    follow(standby, company, staging=True)
    view = standby.compare_jobs("Contoso", "Contoso", state=f"sqlite:///{tmp_path / 'active.db'}")
    assert view.counts == {"different": 2, "only here": 1, "only there": 1}
    found = {d.object.partition(",")[0]: d for d in view.differences}
    assert found["CN=Ann"].attributes == {"department": ("Marketing", "Sales")}
    assert (found["CN=Bob"].what, found["CN=Cyd"].what) == ("only there", "only here")
    assert found["CN=Sales"].links["member"] == {
        "only here": 1,
        "only there": 1,
        "names here": ["CN=Cyd,DC=contoso,DC=test"],
        "names there": ["CN=Bob,DC=contoso,DC=test"],
    }


def test_settings_that_drifted_apart_are_told(active: InProcess, company: Company) -> None:
    company.person("Ann")
    follow(active, company)
    follow(active, company, "Standby", staging=True, departure={"user": Departure.DISABLE})
    view = active.compare_jobs("Contoso", "Standby")
    assert view.settings == {"departure": ({}, {"user": "disable"})}
    assert view.counts == {"same": 1}


def test_a_list_is_cut_and_the_count_is_not(active: InProcess, company: Company) -> None:
    company.people(5)
    follow(active, company)
    company.things = {1: company.things[1]}
    follow(active, company, "Standby", staging=True)
    view = active.compare_jobs("Contoso", "Standby", limit=2)
    assert (len(view.differences), view.counts) == (2, {"only here": 5})


def test_jobs_of_many_objects_are_compared_with_few_queries(trial: Trial, company: Company) -> None:
    company.group("Everybody", company.people(30))
    for name in ("Active", "Standby"):
        trial.job(company, name=name, staging=name == "Standby").run(export=False)
    queries: list[str] = []
    event.listen(trial.db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    view = Comparing(side(trial.db, 1, "Active"), side(trial.db, 1, "Standby")).run(limit=9)
    assert (view.counts, len(queries) < 20) == ({"same": 31}, True), queries


def test_a_state_that_does_not_exist_is_not_made(active: InProcess, company: Company, tmp_path: Path) -> None:
    follow(active, company)
    with pytest.raises(RopewayError) as refused:
        active.compare_jobs("Contoso", "Contoso", state=f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert refused.value.problem.code == "state-cannot-open"
    assert not (tmp_path / "nowhere.db").exists()


links = st.sets(st.tuples(st.sampled_from(["manager", "member", "owner"]), st.sampled_from("abcdefgh").map(Anchor)))


@given(links, links)
def test_links_differ_where_one_side_alone_has_them(
    here: set[tuple[str, Anchor]], there: set[tuple[str, Anchor]]
) -> None:
    found = link_differences(sorted(here), iter(sorted(there)))
    assert {(n, a) for n, d in found.items() for a in d.names_here} == here - there
    assert {(n, a) for n, d in found.items() for a in d.names_there} == there - here
    assert sum(d.only_here + d.only_there for d in found.values()) == len(here ^ there)
