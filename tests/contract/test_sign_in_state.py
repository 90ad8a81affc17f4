"""What is kept of sign-ins, on both databases: what works once works for one, and guesses are counted, however many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.directory import Directory, people
from ropeway.model.secret import Secret
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.passwords import Passwords
from ropeway.store import applications, codes, devices, families, identity_tables, lockouts, passwords, sign_ins
from ropeway.store.database import Database
from ropeway.store.lockouts import Lockout
from ropeway.store.sign_ins import SignIn

NOW = 1_800_000_000.0
RIGHT = Secret("Correct-Horse-7")


@dataclass
class World:
    """A database with Anna, who has a password, and an application."""

    database: Database
    anna: people.Person
    app: str

    def at_once(self, attempt: Callable[[int], Any], times: int = 12) -> list[Any]:
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(attempt, range(times)))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with closing(open_database(database_url)) as database:
        control = InProcess(database, FromHere())
        control.add_domain("contoso.test")
        control.verify_domain("contoso.test")
        names = {"displayName": "Anna", "mailNickname": "anna", "userPrincipalName": "anna@contoso.test"}
        made = control.create_object("users", {"accountEnabled": True, **names})
        control.set_password("anna@contoso.test", RIGHT, must_change=False)
        app = control.create_application("Desktop", public=True)
        with database.read() as c:
            anna = people.by_id(c, TENANT, made["id"])
        assert anna is not None
        yield World(database, anna, app.id)


def begun(world: World, at: float = NOW) -> str:
    details = families.Details(("openid",), "https://graph.microsoft.com", at, ("pwd",))
    with world.database.write() as c:
        return families.begin(c, TENANT, families.new_name(), world.app, world.anna.id, details, at)


def renewed(world: World, text: str) -> str | None:
    with world.database.write() as c:
        family = families.find(c, TENANT, text)
        following = families.next_to(text)
        return following if family and families.renew(c, family, text, following, NOW) else None


def test_of_many_who_refresh_at_once_one_gets_the_next(world: World) -> None:
    text = begun(world)
    assert sum(found is not None for found in world.at_once(lambda _: renewed(world, text))) == 1


def test_of_many_who_show_a_code_at_once_one_gets_tokens(world: World) -> None:
    details = codes.Details(("openid",), "http://localhost", "", "", NOW, ("pwd",))
    with world.database.write() as c:
        shown = codes.give(c, TENANT, world.app, world.anna.id, details, NOW).reveal()

    def attempt(number: int) -> bool:
        with world.database.write() as c:
            code = codes.find(c, TENANT, shown)
            return code is not None and codes.use(c, code, f"family {number}", NOW)

    assert sum(world.at_once(attempt)) == 1


def test_whoever_signs_in_while_sign_ins_are_ended_is_not_forgotten(world: World) -> None:
    begun(world)
    with world.database.write() as c:
        kept = passwords.find(c, TENANT, world.anna.id)
        assert kept is not None
        assert passwords.is_still(c, TENANT, kept)
        ending = threading.Thread(target=end_all, args=(world,))
        ending.start()
        ending.join(0.3)  # the end begins, and may look at what there is
        details = families.Details(("openid",), "https://graph.microsoft.com", NOW, ("pwd",))
        families.begin(c, TENANT, families.new_name(), world.app, world.anna.id, details, NOW)
    ending.join(20)
    with world.database.read() as c:
        left = c.scalar(select(func.count()).select_from(identity_tables.given))
    assert left == 0


def end_all(world: World) -> None:
    with world.database.write() as c:
        families.end_all(c, TENANT, world.anna.id)


def test_of_many_who_answer_for_a_device_one_is_heard(world: World) -> None:
    with world.database.write() as c:
        _, typed = devices.begin(c, TENANT, world.app, devices.Details(("openid",), "", "192.0.2.1"), NOW)
        waiting = devices.typed(c, TENANT, typed, NOW)
    assert waiting is not None

    def attempt(number: int) -> bool:
        with world.database.write() as c:
            said = devices.Details(("openid",), "", "192.0.2.1", answer="yes", at=float(number))
            return devices.answer(c, waiting, f"person {number}", said)

    assert sum(world.at_once(attempt)) == 1


def test_an_answer_stays_when_the_device_asks_at_the_same_moment(world: World) -> None:
    waits = devices.Details(("openid",), "", "192.0.2.1")
    with world.database.write() as c:
        kept, _ = devices.begin(c, TENANT, world.app, waits, NOW)
    with world.database.read() as c:
        asking = answered = devices.find(c, TENANT, kept.reveal())
    assert asking is not None
    assert answered is not None
    yes = devices.Details(("openid",), "", "192.0.2.1", answer="yes", at=NOW, ways=("pwd",))
    with world.database.write() as c:
        assert devices.ask(c, asking, NOW), "a question before the answer takes nothing from it"
        assert devices.answer(c, answered, world.anna.id, yes)
        assert devices.ask(c, asking, NOW + 5)
        found = devices.find(c, TENANT, kept.reveal())
    assert found is not None
    assert (found.person, found.details) == (world.anna.id, yes)


def test_an_application_whose_name_is_the_id_of_another_is_not_taken_for_it(world: World) -> None:
    with world.database.write() as c:
        app = applications.find(c, TENANT, "Desktop")
        for id_ in (app.id, app.app_id, app.principal):
            assert applications.create(c, TENANT, id_, NOW).name == id_
            assert applications.find(c, TENANT, id_) == app
            assert applications.find(c, TENANT, id_.upper()) == app


def is_waited_for(world: World) -> bool:
    """Whether somebody waits for a row; SQLite's writers wait for each other without telling."""
    if world.database.is_sqlite:
        return True
    with world.database.read() as c:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(c.scalar(text(waits)))


def test_a_guess_is_counted_after_one_that_was_made_meanwhile(world: World) -> None:
    gate = Passwords(world.database, TENANT, lambda: NOW)
    nine = Lockout(lockouts.ALLOWED - 1, "", 0, 0.0)
    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as c:
            families.hold(c, TENANT, world.anna.id)
            lockouts.keep(c, TENANT, world.anna.id, nine, NOW, known_place=False)
            guess = pool.submit(gate.check, world.anna, Secret("guess"), "192.0.2.1")
            deadline = time.monotonic() + 20
            while not is_waited_for(world):
                assert time.monotonic() < deadline, "the guess waits for nobody"
                time.sleep(0.01)
        assert isinstance(guess.exception(), Refusal)
    with world.database.read() as c:
        found = lockouts.find(c, TENANT, world.anna.id, known_place=False)
    assert (found.failures, found.until > NOW) == (lockouts.ALLOWED, True)
    with pytest.raises(Refusal) as refused:
        gate.check(world.anna, RIGHT, "192.0.2.1")
    assert refused.value.number == 50053


def test_a_flood_of_passwords_is_refused_and_keeps_nobody_elsewhere_out(world: World) -> None:
    gate = Passwords(world.database, TENANT, lambda: NOW)

    def refused(address: str) -> int:
        try:
            gate.check(world.anna, RIGHT, address)
        except Refusal as refusal:
            return refusal.number
        return 0

    with ExitStack() as flood:
        for network in ("203.0.113.0/24", "198.51.100.0/24"):
            assert refused("192.0.2.1") == 0
            while passwords.WAITING.enter(network):
                flood.callback(passwords.WAITING.leave, network)
            assert refused(network.replace(".0/24", ".7")) == 90033
        assert refused("192.0.2.1") == 90033, "there is no place left"
    assert refused("203.0.113.7") == 0


def test_who_is_guessed_at_from_elsewhere_still_signs_in_from_a_known_place(world: World) -> None:
    gate = Passwords(world.database, TENANT, lambda: NOW)
    gate.check(world.anna, RIGHT, "198.51.100.7")
    for number in range(10):
        with pytest.raises(Refusal):
            gate.check(world.anna, Secret(f"guess {number}"), "192.0.2.1")
    with pytest.raises(Refusal):
        gate.check(world.anna, RIGHT, "192.0.2.200")
    assert gate.check(world.anna, RIGHT, "198.51.100.200"), "the same network"


@pytest.mark.parametrize("who", ["anna", "nobody", "no password"])
def test_a_guess_costs_a_comparison_and_a_lock_comes_whether_there_is_such_a_user_or_not(
    world: World, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither time nor answers tell which user names there are."""
    compared: list[str] = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - as argon2 has it
            compared.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counted(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    if who == "no password":
        with world.database.write() as c:
            passwords.forget(c, TENANT, world.anna.id)
    gate = Passwords(world.database, TENANT, lambda: NOW)
    named = gate.person("nobody@contoso.test" if who == "nobody" else "ANNA@contoso.test") or "nobody@contoso.test"

    def guess(number: int) -> int:
        with pytest.raises(Refusal) as refused:
            gate.check(named, Secret(f"guess {number}"), "192.0.2.1")
        return refused.value.number

    assert [guess(number) for number in range(lockouts.ALLOWED)] == [50126] * lockouts.ALLOWED
    assert len(compared) == lockouts.ALLOWED
    assert guess(99) == 50053
    with world.database.write() as c:
        lockouts.clear(c, TENANT, named.id if isinstance(named, people.Person) else lockouts.nobody(named))
    assert set(world.at_once(guess, lockouts.ALLOWED)) == {50126}
    assert guess(99) == 50053, "guesses at once are counted, too"


def test_what_is_kept_of_a_person_goes_with_the_person(world: World) -> None:
    directory = Directory(world.database, TENANT, clock=lambda: NOW)
    gate = Passwords(world.database, TENANT, lambda: NOW)
    gate.check(world.anna, RIGHT, "198.51.100.7")
    with pytest.raises(Refusal):
        gate.check(world.anna, Secret("guess"), "198.51.100.7")
    with world.database.write() as c:
        app = applications.find(c, TENANT, "Desktop")
        applications.allow(c, app, ["User.Read"], NOW, world.anna.id)
        applications.allow(c, app, ["User.Read"], NOW, applications.EVERYBODY)
    directory.delete_object("users", world.anna.id)
    while directory.purge_object(world.anna.id):
        pass
    left = {}
    with world.database.read() as c:
        for name in ("password", "lockout", "place", "role", "given", "grant"):
            left[name] = c.scalar(select(func.count()).select_from(getattr(identity_tables, name)))
    assert left == {"password": 0, "lockout": 0, "place": 0, "role": 0, "given": 0, "grant": 1}


def test_what_is_over_is_forgotten_and_nothing_else(world: World) -> None:
    text = begun(world)
    with world.database.write() as c:
        devices.begin(c, TENANT, world.app, devices.Details(("openid",), "", "192.0.2.1"), NOW)
        lockouts.welcome(c, TENANT, world.anna.id, "192.0.2.1", NOW, known_place=False)
        lockouts.count(c, TENANT, lockouts.nobody("nobody@contoso.test"), "tag", NOW, known_place=False)

    def left(now: float) -> tuple[int, int]:
        with world.database.write() as c:
            sign_ins.sweep(c, now)
            counts = [
                c.scalar(select(func.count()).select_from(t)) for t in (identity_tables.given, identity_tables.place)
            ]
        return counts[0] or 0, counts[1] or 0

    assert left(NOW + devices.GOOD_FOR) == (2, 1), "for an hour it can be said that a code is over"
    assert left(NOW + devices.GOOD_FOR + 3601) == (1, 1)
    assert left(NOW + lockouts.KNOWN_FOR + 1) == (1, 0)
    with world.database.read() as c:
        assert not c.scalar(select(func.count()).select_from(identity_tables.lockout)), (
            "wrong passwords of before a day"
        )
    with world.database.read() as c:
        assert families.find(c, TENANT, text) is not None
    assert left(NOW + families.KEPT + 86401) == (0, 0)


def test_the_log_is_forgotten_from_its_beginning_portion_by_portion(world: World) -> None:
    with world.database.write() as c:
        for number in range(2 * sign_ins.PORTION + 7):
            line = SignIn(NOW + number, world.anna.id, "anna", "app", "App", "password", "", 0, "", "", "")
            sign_ins.note(c, TENANT, line)

    def swept(now: float) -> tuple[bool, int]:
        with world.database.write() as c:
            more = sign_ins.sweep(c, now)
            return more, c.scalar(select(func.count()).select_from(identity_tables.sign_in)) or 0

    due = NOW + sign_ins.KEPT
    assert swept(due) == (False, 2 * sign_ins.PORTION + 7), "to the second"
    assert swept(due + 3) == (False, 2 * sign_ins.PORTION + 4)
    assert swept(due + 9999) == (True, sign_ins.PORTION + 4)
    assert swept(due + 9999) == (True, 4)
    assert swept(due + 9999) == (False, 0)


STEPS = st.lists(st.sampled_from(["refresh", "again", "old"]), max_size=12)


@given(STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_the_token_given_last_is_good_and_any_other_ends_all(world: World, steps: list[str]) -> None:
    """The law of a family: after any history of uses, at most one token is good; a second use leaves none."""
    given_ = [begun(world)]
    over = False
    for step in steps:
        text = given_[-1] if step == "refresh" else given_[0] if step == "old" else given_[len(given_) // 2]
        is_last = text == given_[-1]
        found = renewed(world, text)
        if found is None and not over:
            with world.database.write() as c:
                family = families.find(c, TENANT, text)
                assert family is not None
                families.end(c, family.id)
        assert (found is not None) == (is_last and not over)
        over = over or found is None
        given_ += [found] if found else []
    good = [text for text in given_ if not over and renewed(world, text) is not None]
    assert len(good) == (0 if over else 1)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d", "e"]), st.floats(0, 100)), max_size=40))
def test_a_lock_only_grows_and_the_same_password_counts_once(tries: list[tuple[str, float]]) -> None:
    found, now = Lockout(), NOW
    for tag, later in tries:
        now += later
        after = lockouts.after(found, tag, now)
        assert after.failures - found.failures == (tag not in found.last.split())
        assert after.until >= found.until
        assert (after.until > 0) == (after.failures >= lockouts.ALLOWED)
        assert len(after.last.split()) <= lockouts.REMEMBERED
        found = after


def test_tags_tell_nothing_but_whether_it_is_the_same() -> None:
    assert len(passwords.tag_of("one salt", RIGHT)) == 4
    assert passwords.tag_of("one salt", RIGHT) == passwords.tag_of("one salt", RIGHT)
    assert passwords.tag_of("one salt", RIGHT) != passwords.tag_of("another", RIGHT)
