"""The sample company is believable, and the same every time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import chain, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.lab.company import Record, Size, company
from ropeway.lab.company.ldif import export, guid, sid
from ropeway.lab.company.names import SCRIPTS

SIZE = Size(people=3000, groups=61, contacts=40, computers=30)


@pytest.fixture(scope="module")
def everyone() -> list[Record]:
    return list(company(SIZE))


def values(records: list[Record], attribute: str) -> list[str]:
    return [str(v) for record in records for v in record.attributes.get(attribute, ())]


def repeated(texts: list[str]) -> list[str]:
    return [text for text, times in Counter(t.casefold() for t in texts).items() if times > 1]


@given(seed=st.integers(0, 2**31), people=st.integers(0, 60), groups=st.integers(0, 12))
def test_the_same_seed_gives_the_same_company(seed: int, people: int, groups: int) -> None:
    size = Size(people=people, groups=groups)
    assert list(company(size, seed=seed)) == list(company(size, seed=seed))


@given(seed=st.integers(0, 2**31), size=st.builds(Size, **dict.fromkeys(("people", "groups"), st.integers(0, 80))))
def test_whoever_is_named_came_before(seed: int, size: Size) -> None:
    met: set[str] = set()
    for record in company(size, seed=seed):
        named = chain.from_iterable(record.attributes.get(a, ()) for a in ("manager", "member", "managedBy"))
        assert met.issuperset(map(str, named))
        above = re.split(r"(?<!\\),", record.dn, maxsplit=1)[1]
        assert above in met or record.dn.startswith("OU=Company,")
        met.add(record.dn)


def test_another_seed_gives_another_company(everyone: list[Record]) -> None:
    other = values(list(company(SIZE, seed=2)), "displayName")
    assert values(everyone, "displayName") != other


def test_there_are_as_many_as_were_asked_for(everyone: list[Record]) -> None:
    assert len(everyone) == SIZE.objects
    assert Counter(record.kind for record in everyone)["group"] == SIZE.groups


@pytest.mark.parametrize("attribute", ["sAMAccountName", "userPrincipalName", "mail", "proxyAddresses", "employeeID"])
def test_nobody_shares_a_name_that_must_be_unique(everyone: list[Record], attribute: str) -> None:
    assert not repeated(values(everyone, attribute))


def test_every_place_is_taken_once(everyone: list[Record]) -> None:
    assert not repeated([record.dn for record in everyone])


def test_account_names_fit_into_twenty_characters() -> None:
    accounts = values(list(islice(company(Size(people=10**6)), 100)), "sAMAccountName")
    assert max(map(len, accounts)) <= 20


def test_names_are_written_in_ten_scripts(everyone: list[Record]) -> None:
    first_letters = {name[0] for name in values(everyone, "givenName")}
    scripts = {unicodedata.name(letter).split()[0] for letter in first_letters}
    wanted = {"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HANGUL", "THAI", "DEVANAGARI"}
    assert wanted <= scripts
    assert scripts & {"HIRAGANA", "KATAKANA"}


def test_spellings_for_addresses_are_ascii_and_belong_to_one_script() -> None:
    surnames = [name.latin for script in SCRIPTS for name in script.surnames]
    assert all(name.isascii() for name in surnames)
    assert not repeated(surnames)


def test_all_staff_has_2500_members(everyone: list[Record]) -> None:
    staff = next(record for record in everyone if record.dn.startswith("CN=All Staff,"))
    assert len(staff.attributes["member"]) == len(set(staff.attributes["member"])) == 2500


def test_groups_are_nested_three_deep(everyone: list[Record]) -> None:
    members = {r.dn: {str(m) for m in r.attributes.get("member", ())} for r in everyone if r.kind == "group"}
    within = {dn: held & members.keys() for dn, held in members.items()}
    assert any(within[middle] for held in within.values() for middle in held)


def test_nobody_is_twice_in_a_group(everyone: list[Record]) -> None:
    for record in everyone:
        assert not repeated([str(m) for m in record.attributes.get("member", ())])


def test_some_are_disabled_some_expired_some_without_mail(everyone: list[Record]) -> None:
    people = [record for record in everyone if "employeeID" in record.attributes]
    assert sum(int(str(p.attributes["userAccountControl"][0])) & 2 for p in people) == 2 * len(people) // 25
    assert 0 < sum("accountExpires" in p.attributes for p in people) < len(people) / 10
    assert 0 < sum("mail" not in p.attributes for p in people) < len(people) / 10


def test_the_export_has_one_entry_for_each_object_and_the_domain() -> None:
    text = b"".join(export(company(SIZE), seed=1, dns_domain="contoso.test")).decode("ascii")
    assert text.startswith("version: 1\n\ndn: DC=contoso,DC=test\n")
    assert text.count("\n\ndn:") == SIZE.objects + 1
    assert max(map(len, text.splitlines())) <= 76


def test_identifiers_come_from_the_seed() -> None:
    assert guid(1, "user", 7) == guid(1, "user", 7) != guid(2, "user", 7)
    assert len(sid(1, "user", 7)) == 28
    assert sid(1, "user", 7)[:24] == sid(1, "group", 9)[:24]
