"""DNs are compared however they are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ropeway.connectors.ldif.dn import dn_key, domain_part, is_below, parent_dn, split_extended

ESCAPABLE = ',+"\\<>;=# \0aßςΣéЯ名'
values = st.text(st.sampled_from(ESCAPABLE) | st.characters(codec="utf-8"), min_size=1, max_size=8)


def escaped(value: str) -> str:
    return re.sub(r'[\\,+"<>;=# \0]', lambda c: f"\\{ord(c[0]):02x}", value)


def backslashed(value: str) -> str:
    return re.sub(r'[\\,+"<>;=# ]', lambda c: "\\" + c[0], value).replace("\0", "\\00")


@pytest.mark.parametrize(
    "written",
    [
        "CN=Berg\\, Anna,OU=R&D,DC=contoso,DC=test",
        "cn=berg\\2C anna,ou=r&d,dc=contoso,dc=test",
        "CN = Berg\\, Anna , OU=R&D,  DC=contoso,DC=test",
        'CN="Berg, Anna",OU=R&D;DC=contoso,DC=test',
        "CN=\\42erg\\, Anna,OU=R\\26D,DC=contoso,DC=test",
    ],
)
def test_one_person_written_in_many_ways(written: str) -> None:
    assert dn_key(written) == dn_key("CN=Berg\\, Anna,OU=R&D,DC=contoso,DC=test")


@pytest.mark.parametrize(
    ("one", "other"),
    [("CN=a\\ ,DC=x", "CN=a,DC=x"), ("CN=Strasse,DC=x", "CN=Straße,DC=x"), ("CN=a\\,b,DC=x", "CN=a,CN=b,DC=x")],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert dn_key(one) != dn_key(other)


@pytest.mark.parametrize("text", ["", "Anna", "CN=Anna,", "=Anna", "CN=Anna,Berg", "CN=Anna\\", '"', "C N=x"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a distinguished name"):
        dn_key(text)


@given(values, values)
@example("İ", "ǅ")
def test_a_key_is_its_own_key(first: str, second: str) -> None:
    key = dn_key(f"CN={escaped(first)}+uid={escaped(second)},DC=x")
    assert dn_key(key) == key


@given(values)
def test_escapes_by_number_and_by_backslash_are_the_same(value: str) -> None:
    assert dn_key(f"CN={escaped(value)},DC=x") == dn_key(f"CN={backslashed(value)},DC=x")


@given(values)
def test_the_parent_is_what_follows_the_first_part(value: str) -> None:
    assert parent_dn(f"CN={backslashed(value)},OU=Sales,DC=x") == "OU=Sales,DC=x"


@given(st.text(max_size=30))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        key = dn_key(text)
    except ValueError:
        return
    assert dn_key(key) == key


def test_the_root_has_no_parent() -> None:
    assert parent_dn("DC=test") is None


def test_below_means_a_whole_part_below() -> None:
    assert is_below("ou=a,dc=x", "dc=x")
    assert is_below("dc=x", "dc=x")
    assert not is_below("dc=ax", "dc=x")


def test_the_domain_is_the_dc_part_or_the_last_part() -> None:
    assert domain_part("cn=a,ou=b,dc=contoso,dc=test") == "dc=contoso,dc=test"
    assert domain_part("uid=anna,ou=people,o=contoso") == "o=contoso"


def test_an_extended_name_brings_its_guid() -> None:
    extended = "<GUID=0a0b0c0d-0000-0000-0000-000000000000>;<SID=S-1-5-21-1>;CN=Anna,DC=x"
    assert split_extended(extended) == ("CN=Anna,DC=x", "0a0b0c0d-0000-0000-0000-000000000000")
    assert split_extended("CN=Anna,DC=x") == ("CN=Anna,DC=x", None)
