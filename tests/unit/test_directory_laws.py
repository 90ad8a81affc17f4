"""Laws of the hub: after any writes, in any order, by anybody."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from ropeway.directory import tables
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Change, Kind, MatchKey, Then
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database
from tests.unit.directory_company import DAY, Company

NAMES = st.sampled_from(["ann", "ben", "cem"])
JOBS = st.sampled_from([1, 2])
ADDRESSES = st.sampled_from(["SMTP:a@x.test", "smtp:A@x.test", "smtp:b@x.test", "smtp:c@x.test"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "userPrincipalName": st.sampled_from(
        ["a@contoso.test", "A@contoso.test", "b@later.test", "a b@contoso.test", None]
    ),
    "proxyAddresses": st.lists(ADDRESSES, max_size=3, unique_by=lambda a: a.lower()),
    "mailNickname": st.sampled_from(["nick", "nack", None]),
    "department": st.sampled_from(["Sales", "Buying", None]),
    "onPremisesSecurityIdentifier": st.sampled_from(["S-1-5-21-1", "S-1-5-21-2", None]),
}
SOME = st.fixed_dictionaries({}, optional=VALUES)
TABLES = (tables.object_, tables.contribution, tables.key, tables.waiting, tables.link)
COMPUTED = {"userPrincipalName", "proxyAddresses", "mailNickname", "onPremisesSecurityIdentifier"}


class Hub(RuleBasedStateMachine):
    """Two jobs that match, write and withdraw, administrators, and a domain that is verified at some time."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.company = Company(Database(f"sqlite:///{Path(self.folder.name)}/hub.db"))
        self.linked: dict[tuple[int, str], str] = {}

    def teardown(self) -> None:
        self.company.database.close()
        self.folder.cleanup()

    def write(self, job: int, change: Change) -> None:
        """Preview, write, write again: the second changes nothing, the first does what the preview said."""
        target = self.company.directory.target(job, precedence=job)
        before = self.dump()
        effect = target.preview([change])[0]
        assert self.dump() == before
        outcome = target.write([change])[0]
        once = self.dump()
        self.company.clock.now += 1
        again = target.write([change])[0]
        assert (self.dump(), again.then, again.target) == (once, outcome.then, outcome.target)
        if outcome.then is Then.DONE and change.kind not in (Kind.DELETE, Kind.LINKS):
            self.linked[(job, change.anchor)] = outcome.target or ""
            seen = self.company.user(outcome.target or "")
            for name, value in change.attributes.items():
                assert seen.get(name) == effect.becomes.get(name, value or None)
        else:
            assert (effect.problem and effect.problem.code) == (outcome.problem and outcome.problem.code)

    @rule(job=JOBS, name=NAMES, values=SOME)
    def arrive(self, job: int, name: str, values: dict[str, Any]) -> None:
        full = {"displayName": name} | values
        key = MatchKey(Anchor(name), "user", f"id-{name}", ())
        found = self.company.directory.target(job, precedence=job).find([key])[0]
        if found.problem is None:
            kind = Kind.RESTORE if found.binned else Kind.ADOPT if found.target else Kind.CREATE
            self.write(job, Change(kind, "user", Anchor(name), f"id-{name}", found.target, full))

    @rule(job=JOBS, name=NAMES, values=SOME)
    def differ(self, job: int, name: str, values: dict[str, Any]) -> None:
        if (job, name) in self.linked:
            self.write(job, Change(Kind.UPDATE, "user", Anchor(name), f"id-{name}", None, values))

    @rule(job=JOBS, name=NAMES)
    def leave(self, job: int, name: str) -> None:
        if self.linked.pop((job, name), None):
            self.write(job, Change(Kind.DELETE, "user", Anchor(name), f"id-{name}", None))

    @rule(name=NAMES, values=st.fixed_dictionaries({}, optional={"city": st.sampled_from(["Bonn", None])} | VALUES))
    def edit(self, name: str, values: dict[str, Any]) -> None:
        try:
            self.company.directory.update_object("users", name, values)
        except RopewayError as refused:
            only(
                refused, "mastered-on-premises", "value-taken", "upn-not-usable", "object-not-found", "object-ambiguous"
            )

    @rule(name=NAMES)
    def administrators_restore(self, name: str) -> None:
        try:
            self.company.directory.restore_object("users", name)
        except RopewayError as refused:
            only(refused, "object-not-found", "object-ambiguous")

    @rule(job=JOBS, keep=st.booleans())
    def delete_a_job(self, job: int, keep: bool) -> None:
        hub = self.company.directory
        hub.keep_job(job) if keep else hub.withdraw_job(job)
        self.linked = {who: id_ for who, id_ in self.linked.items() if who[0] != job}

    @rule(verified=st.booleans())
    def change_the_domains(self, verified: bool) -> None:
        if verified:
            self.company.directory.add_domain("later.test")
            self.company.directory.verify_domain("later.test")
        elif any(d.name == "later.test" for d in self.company.directory.domains()):
            self.company.directory.remove_domain("later.test")

    @rule()
    def a_month_passes(self) -> None:
        self.company.clock.now += 31 * DAY
        self.company.directory.purge(self.company.clock.now)

    @invariant()
    def every_value_has_one_holder_and_who_waits_waits_for_a_reason(self) -> None:
        held: dict[tuple[str, str], str] = {}
        for user in self.live():
            for claim in claims(user):
                assert held.setdefault(claim, user["id"]) == user["id"]
        for user in self.live():
            for error in user.get("onPremisesProvisioningErrors", []):
                claim = (error["propertyCausingError"], error["value"].lower())
                assert held.get(claim) not in (None, user["id"])
        rows = self.dump()
        assert len(rows["directory_key"]) == len(held)
        waits = sum(len(user.get("onPremisesProvisioningErrors", [])) for user in self.live())
        assert len(rows["directory_waiting"]) == waits

    @invariant()
    def every_object_is_what_its_contributions_say(self) -> None:
        for user in self.live():
            shown = self.company.user(user["id"])
            said = [c for c in shown["contributions"] if c["standing"] in ("edits", "provisions")]
            assert any(c["standing"] == "provisions" for c in said)
            wanted: dict[str, Any] = {}
            for one in sorted(said, key=lambda c: (c["precedence"], c["job"]), reverse=True):
                wanted |= one["attributes"]
            for name in wanted.keys() - COMPUTED:
                assert user.get(name) == wanted[name]
            withheld = {e["value"] for e in user.get("onPremisesProvisioningErrors", [])}
            assert set(wanted.get("proxyAddresses") or []) - withheld == set(user.get("proxyAddresses", []))

    def live(self) -> list[dict[str, Any]]:
        return list(self.company.directory.list_objects("users", limit=1000))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        with self.company.database.read() as connection:
            return {t.name: sorted(map(tuple, connection.execute(select(t))), key=repr) for t in TABLES}


def only(refused: RopewayError, *codes: str) -> None:
    """An answer administrators may get."""
    assert refused.problem.code in codes


def claims(user: dict[str, Any]) -> set[tuple[str, str]]:
    """What nobody else may have, without case."""
    single = ("userPrincipalName", "onPremisesImmutableId", "onPremisesSecurityIdentifier")
    found = {(name, user[name].lower()) for name in single if name in user}
    return found | {("proxyAddresses", address.lower()) for address in user.get("proxyAddresses", [])}


Hub.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
test_the_hub_keeps_its_laws = Hub.TestCase
