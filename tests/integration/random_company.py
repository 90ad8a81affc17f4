"""A small company whose administrators do anything that a domain lets them do."""

from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any, NamedTuple

import ldap
from hypothesis import strategies as st

from tests.journeys.administration import DISABLED, DISTRIBUTION, ENABLED, SECURITY, Administration, Thing
from tests.journeys.tenant import Followed

PAST, FUTURE = 133_000_000_000_000_000, 160_000_000_000_000_000
"""FILETIMEs in 2022 and 2108."""


class Step(NamedTuple):
    """What to do, and numbers that choose whom to do it to among those who are there then."""

    what: str
    first: int = 0
    second: int = 0
    value: Any = None


TEXTS = ("Clerk", "Zoë", "a  b", "x" * 60, "東京", "O'Neil, jr.", None)
NAMES = ("Ann", "Bob, B.", "Çelik #1", "d+e", "Eve <e>", 'F"g"', "Gül  H", "ünal\\x", "=J")
ADDRESSES = ("SMTP:{}@contoso.test", "smtp:{}.b@contoso.test", "smtp:{}.c@other.test", "x500:/o=x/cn={}")

CHOICES: dict[str, tuple[int, tuple[Any, ...]]] = {
    "hire": (3, NAMES),
    "set": (3, tuple(product(("title", "department", "sn", "displayName", "l", "description"), TEXTS))),
    "set card": (
        2,
        tuple({"title": a, "telephoneNumber": b, "co": c} for a, b, c in product(TEXTS[:3], TEXTS[4:], TEXTS[2:])),
    ),
    "address": (3, tuple(c for n in range(4) for c in combinations(ADDRESSES, n))),
    "principal": (2, ("contoso.test", "CONTOSO.test", "unverified.test", None)),
    "account": (2, (ENABLED, DISABLED)),
    "expires": (1, (0, PAST, FUTURE)),
    "rename": (2, NAMES),
    "rename unit": (1, NAMES),
    "move": (4, (None,)),
    "move unit": (2, (None,)),
    "new unit": (1, NAMES),
    "new group": (2, (SECURITY, DISTRIBUTION)),
    "new contact": (1, NAMES),
    "new computer": (1, (True, False)),
    "join": (4, (None,)),
    "leave": (3, (None,)),
    "nest": (2, (None,)),
    "manager": (3, (True, True, False)),
    "owner": (2, (True, True, False)),
    "nickname": (3, (True, False)),
    "delegate": (3, (True, True, False)),
    "delete": (3, (None,)),
    "delete unit": (1, (None,)),
    "reanimate": (3, (None,)),
    "again": (1, (None,)),
    "move base": (1, (None,)),
    "synchronize": (8, (None,)),
    "read all": (1, (None,)),
}
"""What may happen: how often beside the others, and with which value."""


def _steps(what: str, values: tuple[Any, ...]) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(what), st.integers(0, 30), st.integers(0, 30), st.sampled_from(values))


STEPS = st.one_of([_steps(what, values) for what, (often, values) in CHOICES.items() for _ in range(often)])


def history(seed: int, length: int) -> list[Step]:
    """As many steps, drawn by chance."""
    chance = random.Random(seed)
    often = [weight for weight, _ in CHOICES.values()]
    kinds = chance.choices(list(CHOICES), often, k=length)
    return [Step(k, chance.randrange(31), chance.randrange(31), chance.choice(CHOICES[k][1])) for k in kinds]


class RandomCompany:
    """Things by kind, alive or dead; a step that the domain refuses is no step."""

    def __init__(self, admin: Administration, *, lasting: bool = False) -> None:
        """`lasting`: the group Everybody, which a scope names, is never deleted."""
        self.admin = admin
        self.lasting = lasting
        self.inside, self.outside = admin.unit("Inside"), admin.unit("Outside")
        self.units = [self.inside, self.outside, admin.unit("Sales", self.inside)]
        self.live: dict[str, list[Thing]] = {"person": [], "group": [], "contact": [], "computer": []}
        self.dead: list[tuple[str, Thing]] = []
        self.made = 0
        self._begin()

    def _begin(self) -> None:
        """Four people in a line of managers, three groups one in the other, a contact and a computer."""
        sales, boss = self.units[2], None
        for name in ("Ann", "Bob", "Çelik", "Dora"):
            boss = self.admin.person(name, sales if boss else self.inside, boss, title="Clerk", c="DE")
            self.live["person"].append(boss)
        inner: list[Thing] = list(self.live["person"])
        for name in ("Team", "Department", "Everybody"):
            inner = [self.admin.group(name, *inner, within=sales)]
            self.live["group"] += inner
        self.everybody = inner[0]
        self.live["contact"].append(self.admin.contact("Carl", self.inside))
        self.live["computer"].append(self.admin.computer(f"PC-{inner[0].guid[:8]}", self.inside))

    def do(self, step: Step, job: Followed) -> str:
        """One step; what was done, in words that can be done again."""
        try:
            done = getattr(self, "_" + step.what.replace(" ", "_"))(step, job)
        except (ldap.LDAPError, LookupError) as error:
            return f"{step.what}: refused ({type(error).__name__}) {error}"
        return f"{step.what}: {done}"

    # choosing

    def _any(self, number: int, *kinds: str) -> tuple[str, Thing]:
        found = [(kind, thing) for kind in kinds or tuple(self.live) for thing in self.live[kind]]
        return found[number % len(found)] if found else self._none()

    def _none(self) -> tuple[str, Thing]:
        raise LookupError("nobody is there")

    def _unit_of(self, number: int) -> Thing:
        return self.units[number % len(self.units)]

    def _next(self) -> int:
        self.made += 1
        return self.made

    def _keep(self, kind: str, thing: Thing) -> str:
        self.live[kind].append(thing)
        return self.admin.dn(thing)

    # steps

    def _hire(self, step: Step, _: Followed) -> str:
        n = self._next()
        person = self.admin.person(
            f"{step.value} {n}",
            self._unit_of(step.first),
            sAMAccountName=f"p{n}",
            userPrincipalName=f"p{n}@contoso.test",
        )
        return self._keep("person", person)

    def _new_unit(self, step: Step, _: Followed) -> str:
        unit = self.admin.unit(f"{step.value} {self._next()}", self._unit_of(step.first))
        self.units.append(unit)
        return self.admin.dn(unit)

    def _new_group(self, step: Step, _: Followed) -> str:
        n = self._next()
        mail = f"g{n}@contoso.test" if step.second % 2 else None
        return self._keep(
            "group", self.admin.group(f"Group {n}", within=self._unit_of(step.first), groupType=step.value, mail=mail)
        )

    def _new_contact(self, step: Step, _: Followed) -> str:
        mail = f"c{self._next()}@partner.test" if step.second % 3 else None
        return self._keep(
            "contact", self.admin.contact(f"{step.value} {self.made}", self._unit_of(step.first), mail=mail)
        )

    def _new_computer(self, step: Step, _: Followed) -> str:
        certificate = b"\x30\x82" if step.value else None
        machine = self.admin.computer(
            f"PC-{self._next()}-{step.first}", self._unit_of(step.first), userCertificate=certificate
        )
        return self._keep("computer", machine)

    def _set(self, step: Step, _: Followed) -> str:
        name, value = step.value
        _, thing = self._any(step.first)
        self.admin.set(thing, **{name: value})
        return f"{thing.name}: {name} = {value!r}"

    def _set_card(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person", "contact")
        self.admin.set(thing, **step.value)
        return f"{thing.name}: {step.value}"

    def _address(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person", "group", "contact")
        values = [a.format(f"a{thing.guid[:8]}") for a in step.value] or None
        self.admin.set(thing, proxyAddresses=values)
        return f"{thing.name}: {values}"

    def _principal(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person")
        name = f"u{self._next()}@{step.value}" if step.value else None
        self.admin.set(thing, userPrincipalName=name)
        return f"{thing.name}: {name}"

    def _account(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person")
        self.admin.set(thing, userAccountControl=step.value)
        return f"{thing.name}: {step.value}"

    def _expires(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person")
        self.admin.set(thing, accountExpires=step.value)
        return f"{thing.name}: {step.value}"

    def _rename(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first)
        self.admin.rename(thing, f"{step.value} {self._next()}")
        return self.admin.dn(thing)

    def _rename_unit(self, step: Step, _: Followed) -> str:
        unit = self._unit_of(step.first)
        self.admin.rename(unit, f"{step.value} {self._next()}")
        return self.admin.dn(unit)

    def _move(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first)
        self.admin.move(thing, self._unit_of(step.second))
        return self.admin.dn(thing)

    def _move_unit(self, step: Step, _: Followed) -> str:
        unit = self.units[2:][step.first % len(self.units[2:])] if self.units[2:] else self.inside
        self.admin.move(unit, self._unit_of(step.second))
        return self.admin.dn(unit)

    def _move_base(self, step: Step, _: Followed) -> str:
        """The scope's own container, into another unit or back."""
        self.admin.move(self.inside, self.outside if step.first % 2 else self.admin.unit_of_ours)
        return self.admin.dn(self.inside)

    def _join(self, step: Step, _: Followed) -> str:
        _, group = self._any(step.first, "group")
        _, member = self._any(step.second)
        self.admin.join(group, member)
        return f"{group.name} has {member.name}"

    def _nest(self, step: Step, _: Followed) -> str:
        _, group = self._any(step.first, "group")
        _, member = self._any(step.second, "group")
        self.admin.join(group, member)
        return f"{group.name} has {member.name}"

    def _leave(self, step: Step, _: Followed) -> str:
        _, group = self._any(step.first, "group")
        members = [t for things in self.live.values() for t in things if t.guid in self._members(group)]
        self.admin.leave(group, members[step.second % len(members)] if members else self._none()[1])
        return f"{group.name} without one of {len(members)}"

    def _members(self, group: Thing) -> set[str]:
        named = {self.admin.dn(t): t.guid for things in self.live.values() for t in things}
        return {named[dn.decode()] for dn in self.admin.values(group).get("member", []) if dn.decode() in named}

    def _manager(self, step: Step, _: Followed) -> str:
        _, person = self._any(step.first, "person", "contact")
        _, boss = self._any(step.second, "person", "contact")
        self.admin.report_to(person, boss if step.value else None)
        return f"{person.name} reports to {boss.name if step.value else 'nobody'}"

    def _nickname(self, step: Step, _: Followed) -> str:
        """Whoever has one is a mail recipient, and has the references of one."""
        _, thing = self._any(step.first, "person", "group")
        self.admin.set(thing, mailNickname=f"n{thing.guid[:8]}" if step.value else None)
        return f"{thing.name} is {'a' if step.value else 'no'} recipient"

    def _delegate(self, step: Step, _: Followed) -> str:
        _, thing = self._any(step.first, "person", "group")
        _, other = self._any(step.second, "person", "group")
        self.admin.set(thing, publicDelegates=[self.admin.dn(other)] if step.value else None)
        return f"{thing.name} delegates to {other.name if step.value else 'nobody'}"

    def _owner(self, step: Step, _: Followed) -> str:
        _, owned = self._any(step.first, "group", "computer")
        _, owner = self._any(step.second, "person", "group")
        self.admin.set(owned, managedBy=self.admin.dn(owner) if step.value else None)
        return f"{owned.name} belongs to {owner.name if step.value else 'nobody'}"

    def _delete(self, step: Step, _: Followed) -> str:
        kind, thing = self._any(step.first)
        if self.lasting and thing is self.everybody:
            raise LookupError("the scope names it")
        self.admin.delete(thing)
        self.live[kind].remove(thing)
        self.dead.append((kind, thing))
        return thing.name

    def _delete_unit(self, step: Step, _: Followed) -> str:
        """With everything below; only one that is neither the base nor above it."""
        unit = self.units[2:][step.first % len(self.units[2:])] if self.units[2:] else self._none()[1]
        below = self.admin.dn(unit).lower()
        if self.admin.dn(self.inside).lower().endswith(below):
            raise LookupError("the base is in it")
        if self.lasting and self.admin.dn(self.everybody).lower().endswith("," + below):
            raise LookupError("the scope's group is in it")
        lost = [(k, t) for k, ts in self.live.items() for t in ts if self.admin.dn(t).lower().endswith("," + below)]
        units = [u for u in self.units if self.admin.dn(u).lower().endswith(below)]
        self.admin.delete(unit)
        for kind, thing in lost:
            self.live[kind].remove(thing)
        self.dead += lost
        self.units = [u for u in self.units if u not in units]
        return f"{below} with {len(lost)} below"

    def _reanimate(self, step: Step, _: Followed) -> str:
        kind, thing = self.dead[step.first % len(self.dead)] if self.dead else self._none()
        within = self._unit_of(step.second)
        if kind in ("person", "group"):
            n = self._next()
            values: dict[str, Any] = {"sAMAccountName": f"back{n}"}
            if kind == "person":
                values["userPrincipalName"] = f"back{n}@contoso.test"
            self.admin.reanimate(thing, within, **values)
        else:
            self.admin.reanimate(thing, within)
        self.dead.remove((kind, thing))
        return self._keep(kind, thing)

    def _again(self, step: Step, job: Followed) -> str:
        """Deleted, and at once somebody else of the same name in the same place."""
        _, person = self._any(step.first, "person")
        values = self.admin.values(person)
        dn = self.admin.dn(person)
        self.admin.delete(person)
        self.live["person"].remove(person)
        self.dead.append(("person", person))
        kept = {
            name: values[name]
            for name in ("sAMAccountName", "userPrincipalName", "title", "displayName", "proxyAddresses")
            if name in values
        }
        self.admin.ldap.add_s(
            dn,
            [("objectClass", [b"user"]), ("userAccountControl", [b"544"]), *kept.items()],
        )
        return self._keep("person", Thing(self.admin.guid_of(dn), person.name))

    def _synchronize(self, _: Step, job: Followed) -> str:
        return f"{job.run().exported}"

    def _read_all(self, _: Step, job: Followed) -> str:
        return f"{job.run(full=True).exported}"
