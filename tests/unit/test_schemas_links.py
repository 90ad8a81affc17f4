"""What an import says of links before it is accepted, and that exactly this comes true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.schema_views import EffectView, SchemaChange
from ropeway.model.job import JobSettings, SourceSettings
from tests.unit.engine_company import Company

BOSSES = """            - name: Users to synchronize
              clauses:
"""
NOT_THE_BOSS = BOSSES + "                - {attribute: title, operator: NOT EQUALS, values: [Boss]}\n"
LINKS = ("manager", "members", "owners")


class Office:
    """Bob leads Ann and Cid; all of them are in one group, Bob in another."""

    def __init__(self, folder: Path, *, without_bosses: bool = False, crowd: int = 0) -> None:
        self.company = Company(folder / "contoso.ldif")
        sales = self.company.unit("Sales")
        bob = self.company.person("Bob", sales, title="Boss")
        led = [self.company.person(name, sales, manager=bob) for name in ("Ann", "Cid")]
        self.company.group("Staff", [bob, *led], sales)
        self.company.group("Circle", [bob], sales)
        for number in range(crowd):
            self.company.group(f"Team {number}", led, sales)
        self.company.write()
        self.control: InProcess = open_control(f"sqlite:///{folder}/ropeway.db")
        settings = JobSettings("Contoso", SourceSettings("ldif", {"path": str(self.company.path)}))
        self.control.create_job(settings, containers=[self.company.dn(sales)])
        if without_bosses:
            self.change((BOSSES, NOT_THE_BOSS))
        self.control.run_job("Contoso")

    def change(self, *changes: tuple[str, str]) -> tuple[EffectView, ...]:
        text = self.control.export_schema("Contoso").text
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        change = SchemaChange(text=text)
        trial = self.control.try_schema("Contoso", change)
        self.control.change_schema("Contoso", change)
        return trial.effects

    def links(self) -> Counter[str]:
        """The links that the directory shows, by attribute."""
        found: Counter[str] = Counter()
        for plural in ("users", "groups"):
            for one in self.control.list_objects(plural):
                shown = self.control.show_object(plural, one["id"])
                for name in LINKS:
                    value = shown.get(name) or []
                    found[name] += len(value) if isinstance(value, list) else 1
        return found

    def came_true(self) -> tuple[Counter[str], Counter[str]]:
        """Links that the next cycle adds, and that it removes."""
        before = self.links()
        self.control.run_job("Contoso")
        after = self.links()
        return after - before, before - after


def said(effects: tuple[EffectView, ...], what: str) -> Counter[str]:
    return Counter({effect.attribute: effect.count for effect in effects if effect.what == what})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.control.close()


def test_a_reference_that_is_no_longer_mapped_takes_its_links_along(office: Office) -> None:
    effects = office.change(("          manager: manager\n", ""))
    (gone,) = effects
    assert (gone.what, gone.type, gone.attribute, gone.count) == ("unlinked", "user", "manager", 2)
    assert {e.object.partition(",")[0] for e in gone.examples} == {"CN=Ann", "CN=Cid"}
    assert {e.before.partition(",")[0] for e in gone.examples} == {"CN=Bob"}
    assert office.came_true() == (Counter(), Counter(manager=2))


def test_a_reference_that_is_mapped_again_brings_its_links_back(office: Office) -> None:
    office.change(("          members: member\n", ""))
    assert office.came_true() == (Counter(), Counter(members=4))
    effects = office.control.try_schema("Contoso", SchemaChange()).effects
    assert said(effects, "linked") == Counter(members=4)
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(members=4), Counter())


def test_links_that_came_and_went_while_nobody_mapped_them_are_right_afterwards(office: Office) -> None:
    office.change(("          manager: manager\n", ""))
    office.control.run_job("Contoso")
    company = office.company
    named = {thing.name: thing for thing in company.things.values()}
    company.person("Eve", named["Sales"], manager=named["Bob"])
    del named["Ann"].links["manager"]
    company.write()
    office.control.run_job("Contoso")
    assert office.links() == Counter(members=4, manager=0)
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(manager=2), Counter())


def test_a_reference_that_flows_to_another_attribute_leaves_the_first(office: Office) -> None:
    effects = office.change(("          members: member\n          owners: managedBy\n", "          owners: member\n"))
    assert said(effects, "unlinked") == Counter(members=4)
    assert said(effects, "linked") == Counter(owners=4)
    assert office.came_true() == (Counter(owners=4), Counter(members=4))
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(members=4), Counter(owners=4))


def test_giving_a_change_up_before_it_was_written_takes_nothing_away(office: Office) -> None:
    office.change(("          members: member\n", ""))
    office.control.plan_job("Contoso")
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(), Counter())


def test_too_many_links_to_take_away_wait_for_approval(tmp_path: Path) -> None:
    office = Office(tmp_path, crowd=30)
    office.change(("          members: member\n", ""))
    assert office.came_true() == (Counter(), Counter())
    (hold,) = office.control.holds("Contoso")
    assert (hold.cause.code, "members" in str(hold.cause.details)) == ("hold-rules-changed", True)
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(), Counter())
    assert office.control.holds("Contoso") == []
    office.control.close()


def test_who_leaves_the_scope_is_nobodys_manager_and_member_any_more(office: Office) -> None:
    effects = office.change((BOSSES, NOT_THE_BOSS))
    assert [(e.what, e.count) for e in effects if e.type == "user" and not e.attribute] == [("deleted", 1)]
    assert said(effects, "unlinked") == Counter(manager=2, members=2)
    assert office.came_true() == (Counter(), Counter(manager=2, members=2))


def test_who_comes_into_the_scope_is_manager_and_member_at_once(tmp_path: Path) -> None:
    office = Office(tmp_path, without_bosses=True)
    assert office.links() == Counter(members=2, manager=0)
    effects = office.change((NOT_THE_BOSS, BOSSES))
    assert said(effects, "linked") == Counter(manager=2, members=2)
    assert office.came_true() == (Counter(manager=2, members=2), Counter())
    office.control.close()


FROM_USERS_TO_MAILBOXES = (
    ("          manager: manager\n", ""),
    (
        "          extension_altRecipient: altRecipient\n",
        "          extension_altRecipient: altRecipient\n          manager: manager\n",
    ),
)


def test_a_reference_that_moves_to_a_rule_for_some_is_taken_from_the_others(office: Office) -> None:
    ann = next(thing for thing in office.company.things.values() if thing.name == "Ann")
    ann.values["mailNickname"] = "ann"
    office.company.write()
    office.control.run_job("Contoso")
    effects = office.change(*FROM_USERS_TO_MAILBOXES)
    assert [(e.what, e.attribute, e.count) for e in effects] == [("unlinked", "manager", 1)]
    assert effects[0].examples[0].object.startswith("CN=Cid,")
    assert office.came_true() == (Counter(), Counter(manager=1))
    effects = office.control.try_schema("Contoso", SchemaChange()).effects
    assert [(e.what, e.attribute, e.count) for e in effects] == [("linked", "manager", 1)]
    office.control.change_schema("Contoso", SchemaChange())
    assert office.came_true() == (Counter(manager=1), Counter())


def test_whose_reference_is_left_out_loses_nothing_when_its_other_end_leaves(office: Office) -> None:
    office.change(*FROM_USERS_TO_MAILBOXES)
    assert office.came_true() == (Counter(), Counter(manager=2))
    effects = office.change((BOSSES, NOT_THE_BOSS))
    assert (said(effects, "unlinked"), said(effects, "linked")) == (Counter(members=2), Counter())
    assert office.came_true() == (Counter(), Counter(members=2))
