"""What a value must be like, and the sentence that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ropeway.directory.validation import Invalid, normalised
from ropeway.model.changes import Then
from ropeway.model.problems import describe
from ropeway.store.database import Database
from tests.unit.directory_company import Company, person


@pytest.mark.parametrize(
    ("attribute", "value", "code"),
    [
        ("givenName", "x" * 65, "value-too-long"),
        ("givenName", 7, "value-of-wrong-type"),
        ("givenName", ["Ann", "Anna"], "value-of-wrong-type"),
        ("accountEnabled", "TRUE", "value-of-wrong-type"),
        ("surname", "a\x00b", "value-with-control-characters"),
        ("mailNickname", "ann lee", "value-not-allowed"),
        ("mail", "nobody", "value-not-allowed"),
        ("proxyAddresses", ["SMTP:a@x.test", "SMTP:b@x.test"], "value-not-allowed"),
        ("proxyAddresses", ["smtp:a@b@c"], "value-not-allowed"),
        ("proxyAddresses", [f"smtp:a{n}@x.test" for n in range(301)], "value-not-allowed"),
        ("businessPhones", ["1", "2"], "value-not-allowed"),
        ("usageLocation", "DEU", "value-too-long"),
        ("onPremisesSecurityIdentifier", "1104", "value-not-allowed"),
        ("lastPasswordChangeDateTime", "yesterday", "value-of-wrong-type"),
        ("thumbnailPhoto", b"x" * 200_000, "value-too-long"),
        ("shoeSize", "44", "attribute-unknown"),
        ("manager", "ben", "attribute-unknown"),
    ],
)
def test_a_value_the_directory_does_not_take_has_its_own_problem(attribute: str, value: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalised("user", {attribute: value})
    assert (refused.value.code, refused.value.attribute) == (code, attribute)


@pytest.mark.parametrize(
    ("attribute", "value", "stored"),
    [
        ("givenName", "", None),
        ("otherMails", [], None),
        ("businessPhones", "+49 30 1", ["+49 30 1"]),
        ("streetAddress", "Unter den Linden 1\r\nHof", "Unter den Linden 1\r\nHof"),
        ("thumbnailPhoto", b"\x00\xff", "AP8="),
        ("proxyAddresses", ["smtp:a@x.test", "SMTP:A@x.test"], ["SMTP:A@x.test"]),
        ("proxyAddresses", ["ann@x.test"], ["smtp:ann@x.test"]),
        ("extension_0123456789abcdef0123456789abcdef_costCentre", "77", "77"),
    ],
)
def test_a_value_is_stored_in_one_form(attribute: str, value: Any, stored: Any) -> None:
    assert normalised("user", {attribute: value}) == {attribute: stored}


def test_one_bad_object_does_not_hold_up_the_others(tmp_path: Path) -> None:
    company = Company(Database(f"sqlite:///{tmp_path}/hub.db"))
    bad = person("ben", jobTitle="x" * 129, onPremisesDistinguishedName="CN=Ben,DC=contoso,DC=test")
    ann, ben, cem = company.send(person("ann"), bad, person("cem"))
    assert (ann.then, ben.then, cem.then) == (Then.DONE, Then.SET_ASIDE, Then.DONE)
    assert ben.problem is not None
    sentence = describe(ben.problem)
    assert all(part in sentence for part in ("CN=Ben,DC=contoso,DC=test", "jobTitle", "129", "128", "Shorten"))


def test_a_person_without_a_display_name_is_set_aside(tmp_path: Path) -> None:
    company = Company(Database(f"sqlite:///{tmp_path}/hub.db"))
    assert company.refused(person("ann", displayName=None)) == "attribute-required"
