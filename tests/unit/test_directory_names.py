"""User principal names and mail nicknames: the worked cases of plan-connect-userprincipalname."""

from __future__ import annotations

import pytest

from ropeway.directory.names import Domains, History, local_part, nickname_of, placeholder, principal_name, usable

INITIAL = "contoso.onropeway.test"
DOMAINS = Domains(INITIAL, frozenset({INITIAL, "contoso.test"}))


def step(before: History | None, **attributes: object) -> History:
    """One arrival of a person's attributes, with what was remembered before."""
    nickname = nickname_of("user", attributes, before)
    upn = principal_name(attributes, nickname, DOMAINS, before)
    return History(
        attributes.get("userPrincipalName"),  # pyright: ignore[reportArgumentType]
        upn,
        attributes.get("mailNickname"),  # pyright: ignore[reportArgumentType]
        nickname,
    )


def test_the_five_worked_cases_in_their_order() -> None:
    person: dict[str, object] = {
        "proxyAddresses": ["SMTP:user1@contoso.test"],
        "mail": "user2@contoso.test",
        "userPrincipalName": "user3@elsewhere.test",
    }
    first = step(None, **person)
    assert (first.nickname, first.upn) == ("user1", f"user1@{INITIAL}")

    second = step(first, **person | {"mailNickname": "user4"})
    assert (second.nickname, second.upn) == ("user4", f"user1@{INITIAL}")

    person |= {"mailNickname": "user4", "userPrincipalName": "user5@elsewhere.test"}
    third = step(second, **person)
    assert third.upn == f"user4@{INITIAL}"

    person |= {"proxyAddresses": ["SMTP:user6@contoso.test"], "mail": "user7@contoso.test"}
    fourth = step(third, **person)
    assert (fourth.nickname, fourth.upn) == ("user4", f"user4@{INITIAL}")

    fifth = step(fourth, **person | {"userPrincipalName": "user5@contoso.test"})
    assert fifth.upn == "user5@contoso.test"


@pytest.mark.parametrize(
    ("attributes", "nickname"),
    [
        ({"mailNickname": "ann"}, "ann"),
        ({"proxyAddresses": ["smtp:old@x.test", "SMTP:ann@x.test"], "mail": "m@x.test"}, "ann"),
        ({"mail": "ann@x.test", "userPrincipalName": "u@x.test"}, "ann"),
        ({"userPrincipalName": "ann@x.test", "proxyAddresses": ["smtp:old@x.test"]}, "ann"),
        ({"proxyAddresses": ["smtp:ann@x.test"]}, "ann"),
    ],
)
def test_a_nickname_comes_from_the_first_that_is_there(attributes: dict[str, object], nickname: str) -> None:
    assert nickname_of("user", attributes, None) == nickname


def test_a_cleared_nickname_on_premises_changes_nothing() -> None:
    before = step(None, mailNickname="ann", userPrincipalName="ann@contoso.test")
    assert step(before, userPrincipalName="ann@contoso.test").nickname == "ann"


@pytest.mark.parametrize("upn", ["Ann.Lee@contoso.test", "o'neil@CONTOSO.test", "a_b!c#d^e~f@contoso.test"])
def test_a_good_name_in_a_verified_domain_stays_as_it_is(upn: str) -> None:
    assert principal_name({"userPrincipalName": upn}, "ann", DOMAINS, None) == upn


@pytest.mark.parametrize("upn", ["ann lee@contoso.test", "ann\nlee@contoso.test", "jürgen@contoso.test", "ann", "@x"])
def test_a_name_with_other_characters_is_rewritten(upn: str) -> None:
    assert not usable(upn, DOMAINS)
    assert principal_name({"userPrincipalName": upn}, "ann", DOMAINS, None) == f"ann@{INITIAL}"


def test_a_nickname_with_accents_becomes_a_plain_name() -> None:
    assert local_part("jürgen.groß", "") == "jurgen.gro"


def test_people_whose_names_are_in_another_script_get_different_names() -> None:
    first, second = local_part("张伟", "张伟@contoso.test"), local_part("王芳", "王芳@contoso.test")
    assert first.startswith("user-")
    assert first != second


def test_a_placeholder_is_the_same_every_time() -> None:
    name = placeholder("ann@contoso.test", "anchor", 0, DOMAINS)
    assert name == placeholder("ann@contoso.test", "anchor", 0, DOMAINS)
    assert name != placeholder("ann@contoso.test", "anchor", 1, DOMAINS)
    local, _, domain = name.partition("@")
    assert (local[:4], len(local), domain) == ("ann+", 8, INITIAL)
