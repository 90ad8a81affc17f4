"""Distinguished names taken apart."""

from __future__ import annotations

import pytest

from ropeway.model.names import domain_name, relative_name, split_dn


@pytest.mark.parametrize(
    ("dn", "domain"),
    [
        ("CN=Zoe,OU=Sales,DC=contoso,DC=test", "contoso.test"),
        ("DC=contoso,DC=test", "contoso.test"),
        (r"CN=a\,dc=b,DC=contoso,DC=test", "contoso.test"),
        ("OU=odd dc=name,DC=contoso,DC=test", "contoso.test"),
        ("cn=ada,dc=example", "example"),
        ("o=example", ""),
    ],
)
def test_the_domain_is_spelt_by_the_dc_components_alone(dn: str, domain: str) -> None:
    assert domain_name(dn) == domain


def test_escaped_commas_do_not_separate() -> None:
    assert split_dn(r"CN=Legal\, Risk,OU=x") == [r"CN=Legal\, Risk", "OU=x"]
    assert relative_name(r"CN=Legal\, Risk,OU=x") == r"CN=Legal\, Risk"


def test_a_backslash_that_is_escaped_itself_escapes_nothing() -> None:
    assert split_dn(r"CN=C:\\,OU=x,DC=y") == [r"CN=C:\\", "OU=x", "DC=y"]


def test_a_name_may_end_in_a_space() -> None:
    assert relative_name(r"CN=Anna\ ,OU=x") == "CN=Anna\\ "
