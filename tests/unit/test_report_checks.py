"""What the report says of one value and of one object: a table of examples, and the laws behind it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.control.reporting import refusals
from ropeway.model.problems import Problem, Severity, catalogue
from ropeway.report.addresses import is_routable, plain
from ropeway.report.checks import DEMANDS
from ropeway.report.examining import Domains, Examined, examine
from ropeway.report.finding import LONGEST, Action, Error, Finding, readable

DOMAINS = Domains(frozenset({"contoso.test", "initial.test"}), ("contoso.test",))
DIRECT = {name: frozenset({name}) for name in ("userPrincipalName", "mail", "mailNickname", "proxyAddresses")}
DIRECT |= {"displayName": frozenset({"displayName"})}


def person(type_: str = "user", **attributes: Any) -> Examined:
    """Ada, whose attributes go to the directory as they are."""
    values = {"displayName": "Ada", "userPrincipalName": "ada@contoso.test", **attributes}
    values = {name: value for name, value in values.items() if value is not None}
    return Examined(
        "CN=Ada,DC=contoso,DC=test", type_, type_, values, {k: values[k] for k in DIRECT if k in values}, DIRECT
    )


def found(one: Examined) -> list[Finding]:
    return list(examine(one, DOMAINS, refusals))


def errors(one: Examined) -> set[tuple[str, str]]:
    return {(f.attribute, f.error.value) for f in found(one)}


def suggested(one: Examined, attribute: str) -> set[str]:
    return {f.suggestion for f in found(one) if f.attribute == attribute}


# examples: the rules that IdFix publishes, and those of this directory


def test_nothing_is_said_of_an_account_in_order() -> None:
    addresses = [
        "SMTP:ada@contoso.test",
        "smtp:ada.l@contoso.test",
        "sip:ada@contoso.test",
        "X500:/o=C/ou=E (x)/cn=ada",
    ]
    assert found(person(mail="ada@contoso.test", mailNickname="ada", proxyAddresses=addresses)) == []


@pytest.mark.parametrize(
    ("attribute", "value", "error", "suggestion"),
    [
        ("userPrincipalName", " ada@contoso.test", "space", "ada@contoso.test"),
        ("userPrincipalName", "ada lovelace@contoso.test", "character", "adalovelace@contoso.test"),
        ("userPrincipalName", "zoë@contoso.test", "character", "zoe@contoso.test"),
        ("userPrincipalName", "a%d&a*@contoso.test", "character", "ada@contoso.test"),
        ("userPrincipalName", "ada", "format", ""),
        ("userPrincipalName", "ada@@contoso.test", "format", "ada@contoso.test"),
        ("userPrincipalName", ".ada.@contoso.test", "dot", "ada@contoso.test"),
        ("userPrincipalName", "a" * 65 + "@contoso.test", "length", "a" * 64 + "@contoso.test"),
        ("userPrincipalName", "ada@contoso.local", "topleveldomain", "ada@contoso.test"),
        ("userPrincipalName", "ada@contoso", "topleveldomain", "ada@contoso.test"),
        ("userPrincipalName", "ada@partner.org", "unverified", "ada@contoso.test"),
        ("mail", "ada lovelace@contoso.test", "character", "adalovelace@contoso.test"),
        ("mail", "ada@contoso.test ", "space", "ada@contoso.test"),
        ("mail", "Ada <ada@contoso.test>", "character", "Adaada@contoso.test"),
        ("mail", "ada", "format", ""),
        ("mail", "ada..l@contoso.test", "dot", "ada.l@contoso.test"),
        ("mailNickname", ".ada", "dot", "ada"),
        ("mailNickname", "ada lovelace", "character", "adalovelace"),
        ("mailNickname", "a" * 65, "length", "a" * 64),
        ("proxyAddresses", ["smtp:ada l@contoso.test"], "character", "smtp:adal@contoso.test"),
        ("proxyAddresses", ["ada@contoso.test"], "prefix", "smtp:ada@contoso.test"),
        ("proxyAddresses", ["gopher:ada"], "prefix", ""),
        ("proxyAddresses", [" smtp:ada@contoso.test"], "space", "smtp:ada@contoso.test"),
        ("proxyAddresses", ["smtp:ada"], "format", ""),
        ("proxyAddresses", ["smtp:" + "a" * 260 + "@contoso.test"], "length", ""),
        ("displayName", " Ada ", "space", "Ada"),
        ("displayName", "Ada\x07", "character", "Ada"),
        ("displayName", "a" * 257, "length", "a" * 256),
    ],
)  # fmt: skip
def test_a_value_is_found_with_what_to_write_instead(attribute: str, value: Any, error: str, suggestion: str) -> None:
    one = person(**{attribute: value})
    assert (attribute, error) in errors(one)
    assert suggestion in {f.suggestion for f in found(one) if (f.attribute, f.error) == (attribute, error)}


def test_an_x500_address_may_hold_what_a_mail_address_may_not() -> None:
    assert errors(person(proxyAddresses=["x500:/o=Contoso/ou=Exchange (FYDIBOHF)/cn=Ada, Countess"])) == set()


def test_of_two_primary_addresses_the_one_that_is_mail_stays() -> None:
    one = person(mail="b@contoso.test", proxyAddresses=["SMTP:a@contoso.test", "SMTP:b@contoso.test"])
    (finding,) = [f for f in found(one) if f.error is Error.FORMAT]
    assert (finding.value, finding.suggestion) == ("SMTP:a@contoso.test", "smtp:a@contoso.test")


def test_the_mail_address_is_the_better_name_where_its_domain_is_verified() -> None:
    one = person(userPrincipalName="adal@contoso.local", mail="ada.lovelace@contoso.test")
    assert suggested(one, "userPrincipalName") == {"ada.lovelace@contoso.test"}


def test_among_several_domains_the_one_of_the_same_name_is_suggested_and_otherwise_none() -> None:
    domains = Domains(frozenset({"contoso.com", "fabrikam.com"}), ("contoso.com", "fabrikam.com"))
    assert domains.instead_of("contoso.local") == "contoso.com"
    assert domains.instead_of("partner.org") == ""


def test_somebody_without_a_name_is_told_what_it_would_be_made_of() -> None:
    one = person(userPrincipalName=None, sAMAccountName="ada?")
    assert {("userPrincipalName", "blank"), ("sAMAccountName", "character")} <= errors(one)


def test_a_mail_enabled_group_without_a_nickname_gets_one_suggested() -> None:
    assert suggested(person("group", mail="Sales Team@contoso.test"), "mailNickname") == {"SalesTeam"}


def test_a_group_above_the_limit_is_told() -> None:
    one = Examined(
        "CN=All,DC=c", "group", "group", {"displayName": "All"}, {"displayName": "All"}, DIRECT, None, 250_001
    )
    assert ("member", "limit") in errors(one)


def test_a_failed_mapping_names_function_argument_and_reason() -> None:
    details = {"function": "CDate", "argument": "value", "reason": "no date"}
    failure = Problem("mapping-failed", attribute="employeeHireDate", value="soon", details=details)
    (finding,) = found(Examined("CN=Ada", "user", "user", {}, None, DIRECT, failure))[:1]
    assert (finding.error, finding.attribute, finding.value) == (Error.MAPPING, "employeeHireDate", "soon")
    assert "CDate" in finding.remark
    assert "no date" in finding.remark


@pytest.mark.parametrize(
    "value", [b"\x00\xff", 7, [b"x"], "x" * 1_000_000, "\ud800", "@" * 100_000, "." * 100_000, "=cmd"]
)
@pytest.mark.parametrize("attribute", sorted(DEMANDS))
def test_no_nonsense_breaks_the_report(attribute: str, value: Any) -> None:
    for finding in found(person(**{attribute: value})):
        assert len(finding.value) <= LONGEST + 40
        assert len(finding.suggestion) <= LONGEST
        assert finding.value.isprintable()


# laws

TEXT = st.text(max_size=80) | st.text("aZ9@.: \t\"<>,;()[]smtpSMTP'éß\x00\u2028", max_size=80)


@settings(max_examples=40)
@given(st.sampled_from(sorted(DEMANDS)), TEXT)
def test_what_is_suggested_is_never_objected_to(attribute: str, value: str) -> None:
    suggestion = DEMANDS[attribute].suggestion(value)
    assert not suggestion or list(DEMANDS[attribute].broken_by(suggestion)) == []


@given(st.sampled_from(["mail", "mailNickname", "displayName"]), TEXT)
def test_an_error_is_exactly_what_the_directory_would_refuse(attribute: str, value: str) -> None:
    one = person(**{attribute: value})
    assert one.desired is not None
    refused = any(problem.attribute == attribute for problem in refusals("user", one.desired))
    told = any(f.attribute == attribute and f.severity is Severity.ERROR for f in found(one))
    assert told == refused


@given(st.sampled_from(["mail", "mailNickname", "displayName"]), TEXT)
def test_what_is_suggested_is_taken_by_the_directory(attribute: str, value: str) -> None:
    for finding in found(person(**{attribute: value})):
        if finding.attribute == attribute and finding.action is Action.EDIT:
            assert refusals("user", {"displayName": "Ada", attribute: finding.suggestion}) == []


@given(st.dictionaries(st.sampled_from(sorted(DEMANDS)), TEXT | st.binary(max_size=9) | st.lists(TEXT, max_size=3)))
def test_every_object_can_be_examined(attributes: dict[str, Any]) -> None:
    one = Examined("CN=x", "user", "user", attributes, {k: attributes[k] for k in DIRECT if k in attributes}, DIRECT)
    for finding in found(one):
        assert finding.value.isprintable()


@given(st.text(max_size=50))
def test_a_value_is_readable_on_one_line(text: str) -> None:
    assert readable(text).isprintable()


def test_every_error_has_its_words_in_the_catalogue() -> None:
    assert {f"report-{error}" for error in Error} <= set(catalogue())


def test_names_that_nobody_can_own_are_no_domains_of_the_internet() -> None:
    assert [is_routable(d) for d in ("contoso.com", "contoso", "contoso.local", "Contoso.LAN", "")] == [True] + [
        False
    ] * 4
    assert plain("Zoë Łukasz Müßig") == "Zoe Lukasz Mussig"
