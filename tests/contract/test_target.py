"""The contract of the Target port, over every implementation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from ropeway.engine.ports import Target
from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.changes import Change, Kind, MatchKey, Outcome, Then
from ropeway.store.database import Database
from tests.unit.directory_company import Company


@pytest.fixture
def target(database_url: str) -> Iterator[Target]:
    """An empty target: the hub, on every database."""
    database = Database(database_url)
    yield Company(database).directory.target(1, precedence=100)
    database.close()


def create(name: str, **more: object) -> Change:
    attributes = {"displayName": name.title(), "userPrincipalName": f"{name}@contoso.test"} | more
    return Change(Kind.CREATE, "user", Anchor(name), f"id-{name}", None, attributes)


def key(name: str) -> MatchKey:
    return MatchKey(Anchor(name), "user", f"id-{name}", (("userPrincipalName", f"{name}@contoso.test"),))


def ids(outcomes: Sequence[Outcome]) -> list[TargetId | None]:
    assert [o.then for o in outcomes] == [Then.DONE] * len(outcomes)
    return [o.target for o in outcomes]


EVERY_KIND = [
    Change(Kind.UPDATE, "user", Anchor("ann"), "id-ann", None, {"department": "Sales"}),
    Change(Kind.EMPTY, "user", Anchor("ann"), "id-ann", None, {"jobTitle": None}),
    Change(Kind.DISABLE, "user", Anchor("ann"), "id-ann", None, {"accountEnabled": False}),
    Change(Kind.LINKS, "user", Anchor("ann"), "id-ann", None, {}, {"manager": [Reference("ben")]}),
    Change(Kind.LINKS, "user", Anchor("ann"), "id-ann", None, {}, {}, {"manager": [Reference("nobody")]}),
    Change(Kind.DELETE, "user", Anchor("ann"), "id-ann", None),
    Change(Kind.RESTORE, "user", Anchor("ann"), "id-ann", None, {"displayName": "Ann"}),
]


def test_it_describes_types_with_attributes_and_references(target: Target) -> None:
    definition = target.describe()
    assert {o.name for o in definition.objects} == {"user", "group", "contact", "device"}
    group = definition.object("group")
    assert group is not None
    members = group.attribute("members")
    assert members is not None
    assert (members.type, members.multivalued) == ("Reference", True)
    assert definition.id == target.describe().id


def test_what_was_created_is_found_by_the_contribution(target: Target) -> None:
    assert target.find([key("ann")])[0].target is None
    created = ids(target.write([create("ann"), create("ben")]))
    found = target.find([key("ben"), key("nobody"), key("ann")])
    assert [f.target for f in found] == [created[1], None, created[0]]
    assert found[0].by == "contribution"


@pytest.mark.parametrize("change", [create("ann"), *EVERY_KIND], ids=lambda c: c.kind)
def test_sending_a_change_twice_is_sending_it_once(target: Target, change: Change) -> None:
    ann = ids(target.write([create("ann", jobTitle="Clerk"), create("ben")]))[0]
    first, second = target.write([change])[0], target.write([change])[0]
    assert first == second
    assert (first.then, first.target) == (Then.DONE, None if change.kind is Kind.DELETE else ann)


def test_sending_a_whole_batch_twice_is_sending_it_once(target: Target) -> None:
    batch = [create("ann"), create("ben"), *EVERY_KIND]
    assert target.write(batch) == target.write(batch)


def test_outcomes_come_in_the_order_of_the_changes(target: Target) -> None:
    names = [f"p{n:04}" for n in range(1203)]
    outcomes = target.write([create(name, jobTitle="x" * 500 if name == "p0777" else "Clerk") for name in names])
    assert [n for n, o in zip(names, outcomes, strict=True) if o.then is not Then.DONE] == ["p0777"]
    assert len({o.target for o in outcomes}) == 1203


def test_deleting_what_is_not_there_is_done(target: Target) -> None:
    assert target.write([Change(Kind.DELETE, "user", Anchor("nobody"), "id-nobody", None)])[0].then is Then.DONE


def test_changing_what_is_not_there_is_set_aside(target: Target) -> None:
    outcome = target.write([EVERY_KIND[0]])[0]
    assert outcome.then is Then.SET_ASIDE
    assert outcome.problem is not None


def test_what_was_deleted_is_found_in_the_bin_and_keeps_its_id(target: Target) -> None:
    ann = ids(target.write([create("ann")]))[0]
    target.write([EVERY_KIND[5]])
    found = target.find([key("ann")])[0]
    assert (found.target, found.binned) == (ann, True)
    assert ids(target.write([EVERY_KIND[6]])) == [ann]
    assert not target.find([key("ann")])[0].binned


def test_a_preview_writes_nothing_and_tells_what_would_be_different(target: Target) -> None:
    target.write([create("ann")])
    change = create("ben", userPrincipalName="ann@contoso.test", displayName="Ben")
    effect = target.preview([change])[0]
    assert effect.problem is not None
    assert list(effect.becomes) == ["userPrincipalName"]
    assert target.find([key("ben")])[0].target is None
    outcome = target.write([change])[0]
    assert outcome.problem is not None
    assert outcome.problem.code == effect.problem.code


def test_a_preview_of_an_impossible_change_says_why(target: Target) -> None:
    effect = target.preview([create("ann", jobTitle=7)])[0]
    assert effect.problem is not None
    assert effect.problem.attribute == "jobTitle"
