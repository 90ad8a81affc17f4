"""The law of what history decides: names change only when their origin does, and who had a value first keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.oracle.history import Names
from tests.unit.engine_company import Company, Thing, Trial

INITIAL = "contoso.onropeway.test"
UPNS = st.sampled_from(["ann@contoso.test", "bob@contoso.test", "ann@later.test", "eve@later.test"])
MAYBE = {
    "nickname": st.sampled_from([None, "ann", "bob", "annie"]),
    "primary": st.sampled_from([None, "sales@contoso.test", "info@contoso.test", "eve@contoso.test"]),
    "mail": st.sampled_from([None, "m1@contoso.test", "m2@contoso.test"]),
}
CARDS = st.fixed_dictionaries({"upn": UPNS, **MAYBE})
DAYS = st.lists(st.dictionaries(st.sampled_from(["A", "B", "C"]), CARDS, min_size=1), min_size=2, max_size=7)
"""What the domain says of three people, day after day; who is not named is not there that day."""


class Watched:
    """A company that is what each day says, and the directory after each day."""

    def __init__(self, folder: Path) -> None:
        self.trial = Trial(f"sqlite:///{folder}/hub.sqlite")
        self.company = Company(folder / "company.ldif")
        self.job = self.trial.job(self.company)
        self.things: dict[str, Thing] = {}
        self.others = self.company.people(30)
        self.held: dict[tuple[str, str], str] = {}

    def day(self, said: dict[str, dict[str, str | None]]) -> None:
        for key in self.things.keys() - said.keys():
            self.company.remove(self.things.pop(key))
        for key, card in said.items():
            thing = self.things.get(key) or self.company.person(key)
            self.things[key] = thing
            primary = card["primary"]
            wanted = {
                "userPrincipalName": card["upn"], "mailNickname": card["nickname"], "mail": card["mail"],
                "proxyAddresses": f"SMTP:{primary}" if primary else None,
            }  # fmt: skip
            for name, value in wanted.items():
                thing.values.pop(name, None)
                if value:
                    thing.values[name] = value
        outcome = self.job.run()
        assert (outcome.failed, outcome.held) == (0, 0)

    def shown(self, key: str) -> dict[str, Any]:
        found = self.trial.user(key)
        assert found is not None
        return found


def of(address: str | None) -> list[str]:
    return [f"SMTP:{address}"] if address else []


@given(days=DAYS)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_names_follow_their_origin_and_values_stay_with_who_had_them_first(
    days: Sequence[dict[str, dict[str, str | None]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    watched = Watched(tmp_path_factory.mktemp("names"))
    names = Names(INITIAL, frozenset({"contoso.test"}))
    holders: dict[str, str] = {}
    for said in days:
        watched.day(said)
        left = set(names.people) - set(said)
        names.people = {k: p for k, p in names.people.items() if k not in left}
        names.synchronize(said)
        holders = one_day(watched, names, said, holders)
        note(holders)
    watched.trial.db.close()


def one_day(
    watched: Watched, names: Names, said: dict[str, dict[str, str | None]], before: dict[str, str]
) -> dict[str, str]:
    """Checks what everybody is called; who holds which value now."""
    wanting: dict[str, set[str]] = {}
    for key, person in names.people.items():
        shown = watched.shown(key)
        assert shown["mailNickname"] == person.nickname
        wanting.setdefault(person.name, set()).add(key)
        for address in of(said[key]["primary"]):
            wanting.setdefault(address, set()).add(key)
    holders: dict[str, str] = {}
    for value, people in wanting.items():
        having = {key for key in people if value in (watched.shown(key)["userPrincipalName"], *addresses(watched, key))}
        assert len(having) == 1, f"{value} belongs to {having}"
        (holders[value],) = having
        if before.get(value) in people:
            assert holders[value] == before[value], f"{value} was {before[value]}'s first"
        for loser in people - having:
            errors = watched.shown(loser)["onPremisesProvisioningErrors"]
            assert value in {e["value"] for e in errors}
            if "@" in value and not value.startswith("SMTP:"):
                prefix, _, suffix = watched.shown(loser)["userPrincipalName"].partition("@")
                assert (prefix[:-4], suffix) == (value.partition("@")[0] + "+", INITIAL)
    return holders


def addresses(watched: Watched, key: str) -> list[str]:
    return watched.shown(key).get("proxyAddresses", [])
