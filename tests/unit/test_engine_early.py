"""Decisions taken while the first read still goes on: the directory ends as if they had been taken afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from ropeway.connectors.ldif import paging
from ropeway.engine import early, importing
from ropeway.model.job import Scope
from ropeway.model.pages import Page
from tests.unit.engine_company import Company, Trial, company, trial

__all__ = ["company", "trial"]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A source with one object on each page, so slow that everything is decided between two; how often it was."""
    rounds: list[int] = []

    def slowly(pages: Iterator[Page], meanwhile: Callable[[], bool] = lambda: False) -> Generator[Page]:
        for page in pages:
            yield page
            while meanwhile():
                rounds.append(1)

    monkeypatch.setattr(importing, "ahead", slowly)
    monkeypatch.setattr(early, "BATCH", 1)
    monkeypatch.setattr(paging, "PAGE_VALUES", 1)
    return rounds


def _filled(company: Company) -> tuple[Any, Any]:
    berlin = company.unit("Berlin")
    secret = company.unit("Secret", berlin)
    boss = company.person("Boss", berlin)
    for place in (berlin, secret, company.unit("Sales", company.unit("North", berlin)), company.unit("Oslo")):
        for one in company.people(3, place):
            one.links["manager"] = [boss.number]
    inner = company.group("Inner", company.people(2, berlin))
    company.group("Outer", [inner, boss], berlin)
    return berlin, secret


def _picture(trial: Trial) -> dict[str, Any]:
    """Everybody with place and manager, every group with its members."""
    people = {name: trial.user(name) or {} for name in trial.users()}
    shown = {n: (p["onPremisesDistinguishedName"], p.get("manager", {}).get("displayName")) for n, p in people.items()}
    groups = [o["displayName"] for o in trial.directory.list_objects("groups", limit=100)]
    return shown | {name: trial.members(name) for name in groups}


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_containers_and_people_come_everybody_ends_where_they_belong(
    trial: Trial, company: Company, decided: list[int], seed: int
) -> None:
    berlin, secret = _filled(company)
    scope = Scope(containers=(berlin.anchor,), excluded_containers=(secret.anchor,)) if seed % 2 else Scope()
    order = list(company.things.items())
    random.Random(seed).shuffle(order)
    company.things = dict(order)
    outcome = trial.job(company, scope).run()
    assert (outcome.result, bool(decided)) == ("success", True)
    expected = {n for n in range(2, company.last + 1) if company.things[n].kind == "person"}
    if seed % 2:
        expected = {
            n for n in expected if ",OU=Berlin," in (dn := company.dn(company.things[n])) and "Secret" not in dn
        }
        assert expected
    names = {company.things[n].name: n for n in expected}
    assert trial.users() == set(names)
    picture = _picture(trial)
    for name, number in names.items():
        thing = company.things[number]
        assert picture[name] == (company.dn(thing), "Boss" if thing.links.get("manager") else None)
    if not seed % 2:
        assert picture["Outer"] == {"Inner", "Boss"}
        assert len(picture["Inner"]) == 2


def test_a_scope_of_groups_is_decided_when_all_groups_are_known(
    trial: Trial, company: Company, decided: list[int]
) -> None:
    company.person("Ann")
    pilots = company.group("Pilots", [company.person("Zoe")])
    trial.job(company, Scope(groups=(pilots.anchor,))).run()
    assert (trial.users(), decided) == ({"Zoe"}, [])


def test_what_the_directory_has_of_a_job_whose_state_was_lost_is_compared_with_the_whole_read_first(
    trial: Trial, company: Company, decided: list[int]
) -> None:
    zoe = company.person("Zoe")
    company.people(2)
    job = trial.job(company)
    job.run()
    assert decided
    decided.clear()
    company.remove(zoe)
    with trial.db.write() as c:
        for table in ("entry", "link", "due", "change"):
            c.exec_driver_sql(f"DELETE FROM {table}")
        c.exec_driver_sql("UPDATE job SET watermark = NULL, decided_by = ''")
    job.run()
    assert (trial.binned(), decided) == ({"Zoe"}, [])


def test_a_first_read_that_is_cut_short_has_written_nothing_and_the_next_one_ends_well(
    trial: Trial, company: Company, decided: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    company.people(5, company.unit("Berlin"))
    job = trial.job(company)

    def cut_short(pages: Iterator[Page], meanwhile: Callable[[], bool]) -> Generator[Page]:
        for page in pages:
            yield page
            while meanwhile():
                decided.append(1)
            if len(decided) == 4:
                raise InterruptedError("the power went")

    monkeypatch.setattr(importing, "ahead", cut_short)
    with pytest.raises(InterruptedError):
        job.run()
    assert trial.users() == set()
    monkeypatch.undo()
    assert job.run().result == "success"
    assert len(trial.users()) == 5
