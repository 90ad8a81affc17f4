"""Names and unique values as history makes them (entra.md 1.11, plan-connect-userprincipalname; 1.12)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Person:
    """What a directory remembers of one person's names."""

    given_name: str | None = None
    name: str = ""
    given_nickname: str | None = None
    nickname: str = ""


@dataclass
class Names:
    """People by key; each synchronization tells what the domain says of all of them."""

    initial: str
    verified: frozenset[str]
    people: dict[str, Person] = field(default_factory=dict)

    def synchronize(self, said: dict[str, dict[str, str | None]]) -> None:
        """New, changed and gone people; `said` holds upn, nickname, primary and mail of each."""
        self.people = {key: self.people.get(key, Person()) for key in said}
        for key, values in said.items():
            self._one(self.people[key], values)

    def _one(self, person: Person, values: dict[str, str | None]) -> None:
        nickname, upn = values["nickname"], values["upn"]
        if nickname and nickname != person.given_nickname:
            person.nickname = nickname
        elif not person.nickname:
            sources = (nickname, values["primary"], values["mail"], upn)
            person.nickname = next(s.partition("@")[0] for s in sources if s)
        if upn != person.given_name:
            assert upn is not None
            known = upn.partition("@")[2] in self.verified
            person.name = upn if known else f"{person.nickname}@{self.initial}"
        person.given_name, person.given_nickname = upn, nickname
