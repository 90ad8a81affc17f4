"""What the directory is told of people, groups, contacts and devices by default."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from ropeway.directory.definition import OBJECTS
from ropeway.model.anchors import guid_to_bytes
from ropeway.rules import (
    MappingFailed,
    compile_rules,
    default_schema,
    load_schema,
    source_anchor,
    target_definition,
)
from ropeway.rules.defaults import written_out
from ropeway.rules.extensions import extension_name
from ropeway.rules.operators import OPERATORS

RULES = compile_rules(default_schema("active-directory"))
USER, GROUP = RULES.rule_for("user"), RULES.rule_for("group")
NEVER = 9223372036854775807
NOW = 134_000_000_000_000_000
GUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
SID = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770f4010000")

ADA = {
    "cn": "Ada Lovelace",
    "displayName": "Ada Lovelace",
    "sAMAccountName": "ada",
    "userPrincipalName": "Ada@contoso.test",
    "userAccountControl": 512,
    "accountExpires": NEVER,
    "objectSid": SID,
    "proxyAddresses": ["smtp:a.lovelace@contoso.test ", "SMTP:Ada@contoso.test", "smtp:a.lovelace@contoso.test"],
    "telephoneNumber": "+44 20 1",
    "co": "United Kingdom",
    "c": "gb",
    "pwdLastSet": 129699324000000000,
    "extensionAttribute7": "seven",
    "distinguishedName": "CN=Ada Lovelace,OU=Engines,DC=contoso,DC=test",
    "objectGUID": GUID,
    "sourceAnchor": source_anchor("user", {}, GUID),
    "domainFQDN": "contoso.test",
    "domainNetBios": "CONTOSO",
    "now": NOW,
}
ENGINEERS = {
    "cn": "Engineers",
    "sAMAccountName": "Engineers",
    "groupType": -2147483646,
    "distinguishedName": "CN=Engineers,DC=contoso,DC=test",
}


def present(desired):
    return {name: value for name, value in desired.items() if value is not None}


def test_a_person_has_graphs_properties():
    assert present(USER.map(ADA)) == {
        "accountEnabled": True,
        "userPrincipalName": "Ada@contoso.test",
        "displayName": "Ada Lovelace",
        "proxyAddresses": ["smtp:a.lovelace@contoso.test", "SMTP:Ada@contoso.test"],
        "businessPhones": ["+44 20 1"],
        "country": "United Kingdom",
        "usageLocation": "GB",
        "lastPasswordChangeDateTime": "2012-01-01T23:00:00Z",
        "extensionAttribute7": "seven",
        "onPremisesImmutableId": "4AQlP4lP0xGaDAMF6CwzAQ==",
        "onPremisesDistinguishedName": "CN=Ada Lovelace,OU=Engines,DC=contoso,DC=test",
        "onPremisesDomainName": "contoso.test",
        "onPremisesNetBiosName": "CONTOSO",
        "onPremisesSamAccountName": "ada",
        "onPremisesSecurityIdentifier": "S-1-5-21-2127521184-1604012920-1887927527-500",
        "onPremisesUserPrincipalName": "Ada@contoso.test",
        extension_name("c"): "gb",
        extension_name("cn"): "Ada Lovelace",
    }


def test_an_inet_org_person_is_a_user_like_any_other():
    assert RULES.rule_for("inetOrgPerson").target_type == "user"
    assert RULES.rule_for("inetOrgPerson").map(ADA) == USER.map(ADA)


def test_a_title_that_was_cleared_is_asked_to_be_empty():
    assert USER.map({**ADA, "title": "Analyst"})["jobTitle"] == "Analyst"
    assert USER.map(ADA)["jobTitle"] is None
    assert USER.map({**ADA, "title": ""})["jobTitle"] is None


@pytest.mark.parametrize(
    ("control", "expires", "enabled"),
    [
        (512, NEVER, True),
        (512, 0, True),
        (512, None, True),
        (512, NOW + 1, True),
        (512, NOW, False),
        (512, NOW - 1, False),
        (514, NEVER, False),
        (514, NOW + 1, False),
        (66048, NEVER, True),
        (66050, 0, False),
    ],
)
def test_a_disabled_or_expired_account_is_disabled(control, expires, enabled):
    person = {**ADA, "userAccountControl": control, "accountExpires": expires}
    assert USER.map(person)["accountEnabled"] is enabled


def test_without_a_clock_nobody_is_expired():
    person = {name: value for name, value in ADA.items() if name != "now"}
    assert USER.map({**person, "accountExpires": 1})["accountEnabled"] is True


@pytest.mark.parametrize(
    ("expires", "when"), [(NEVER, None), (0, None), (NOW - 1, None), (NOW, None), (NOW + 5, NOW + 5), (None, None)]
)
def test_the_moment_an_account_expires_is_known_beforehand(expires, when):
    assert RULES.next_decision_time({**ADA, "accountExpires": expires}) == when


def test_a_source_anchor_that_is_filled_with_the_same_is_the_same():
    same = guid_to_bytes(GUID)
    assert USER.map({**ADA, "mS-DS-ConsistencyGuid": same})["onPremisesImmutableId"] == ADA["sourceAnchor"]


def test_a_source_anchor_that_changed_sets_the_person_aside():
    with pytest.raises(MappingFailed, match="source anchor has changed") as failure:
        USER.map({**ADA, "mS-DS-ConsistencyGuid": bytes(16)})
    assert failure.value.problem.attribute == "onPremisesImmutableId"


def test_expired_accounts_stay_enabled_where_that_rule_is_not():
    schema = written_out("active_directory")
    for rule in schema["synchronizationRules"]:
        if rule["name"] == "Expired accounts":
            for mapping in rule["objectMappings"]:
                mapping["enabled"] = False
    rules = compile_rules(load_schema(schema, "active-directory"))
    expired = {**ADA, "accountExpires": NOW - 1}
    assert USER.map(expired)["accountEnabled"] is False
    assert rules.rule_for("user").map(expired)["accountEnabled"] is True
    assert rules.next_decision_time({**ADA, "accountExpires": NOW + 5}) is None


def test_a_person_without_upn_gets_one_from_the_domain():
    person = {name: value for name, value in ADA.items() if name != "userPrincipalName"}
    assert USER.map(person)["userPrincipalName"] == "ada@contoso.test"
    assert USER.map(person)["onPremisesUserPrincipalName"] is None
    del person["domainFQDN"]
    assert USER.map(person)["userPrincipalName"] is None


@pytest.mark.parametrize(("hidden", "shown"), [(True, False), (False, True), (None, None)])
def test_who_is_hidden_from_address_lists_is_not_shown(hidden, shown):
    assert USER.map({**ADA, "msExchHideFromAddressLists": hidden})["showInAddressList"] is shown


def test_a_country_that_is_no_two_letters_is_no_usage_location():
    assert USER.map({**ADA, "c": "England"})["usageLocation"] is None
    assert USER.map({**ADA, "c": "GB", "msExchUsageLocation": "FR"})["usageLocation"] == "FR"


def test_a_person_is_found_by_upn_then_by_primary_address():
    assert USER.applied(ADA).match_candidates(USER.map(ADA)) == (
        ("userPrincipalName", "ada@contoso.test"),
        ("proxyAddresses", "smtp:ada@contoso.test"),
    )


def test_mail_stands_in_for_a_missing_primary_address():
    person = {**ADA, "proxyAddresses": ["smtp:old@contoso.test"], "mail": "Ada@Contoso.test"}
    assert USER.applied(person).match_candidates(USER.map(person))[1] == ("proxyAddresses", "smtp:ada@contoso.test")


def test_two_titles_are_told_as_the_attribute_function_and_values_they_are():
    with pytest.raises(MappingFailed) as failure:
        USER.map({**ADA, "title": ["Analyst", "Countess"]})
    problem = failure.value.problem
    assert (problem.code, problem.attribute, problem.object) == ("mapping-failed", "jobTitle", ADA["distinguishedName"])
    assert "Countess" in problem.value
    assert "several values" in str(failure.value)


def test_a_security_identifier_that_is_none_fails_this_object_alone():
    with pytest.raises(MappingFailed) as failure:
        USER.map({**ADA, "objectSid": b"\x01"})
    assert failure.value.problem.details["function"] == "StringFromSid"


def test_a_security_group():
    assert present(GROUP.map({**ENGINEERS, "description": [" Builders ", "second"]})) == {
        "displayName": "Engineers",
        "description": "Builders",
        "mailEnabled": False,
        "securityEnabled": True,
        "onPremisesDistinguishedName": "CN=Engineers,DC=contoso,DC=test",
        "onPremisesSamAccountName": "Engineers",
        extension_name("cn"): "Engineers",
    }


@pytest.mark.parametrize(
    ("mail", "addresses", "enabled"),
    [
        (None, None, False),
        ("news@contoso.test", None, True),
        ("news@contoso.test", ["x500:/o=Contoso"], False),
        (None, ["smtp:news@contoso.test"], True),
        (None, ["x500:/o=Contoso", "SMTP:news@contoso.test"], True),
    ],
)
def test_which_groups_have_mail(mail, addresses, enabled):
    group = {**ENGINEERS, "mail": mail, "proxyAddresses": addresses}
    assert GROUP.map(group)["mailEnabled"] is enabled
    assert GROUP.map(group)["securityEnabled"] is True
    assert GROUP.in_scope({**group, "groupType": 2}).passed is enabled


def test_a_group_is_found_by_its_primary_address_alone():
    rule = GROUP.applied(ENGINEERS)
    assert rule.match_candidates(GROUP.map(ENGINEERS)) == ()
    assert rule.match_candidates(GROUP.map({**ENGINEERS, "mail": "E@contoso.test"})) == (
        ("proxyAddresses", "smtp:e@contoso.test"),
    )


def test_a_contact():
    contact = {"cn": "Charles Babbage", "mail": "charles@fabrikam.test", "sn": "Babbage", "company": "Fabrikam"}
    assert present(RULES.rule_for("contact").map(contact)) == {
        "displayName": "Charles Babbage",
        "mail": "charles@fabrikam.test",
        "proxyAddresses": ["SMTP:charles@fabrikam.test"],
        "surname": "Babbage",
        "companyName": "Fabrikam",
        extension_name("cn"): "Charles Babbage",
    }


def test_a_computer_is_a_device_of_the_domain():
    laptop = {"cn": "LAPTOP1", "objectGUID": GUID, "userAccountControl": 4098, "operatingSystem": "Windows 11"}
    device = RULES.rule_for("computer")
    assert present(device.map(laptop)) == {
        "deviceId": GUID,
        "displayName": "LAPTOP1",
        "accountEnabled": False,
        "operatingSystem": "Windows 11",
        "trustType": "ServerAd",
    }
    assert device.match_candidates(device.map(laptop)) == (("deviceId", GUID),)


def test_references_that_graph_knows_by_type():
    known = {
        name: {source: target for source, target in rule.references.items() if not target.startswith("extension_")}
        for name, rule in RULES.by_type.items()
    }
    assert known == {
        "user": {"manager": "manager"},
        "inetOrgPerson": {"manager": "manager"},
        "group": {"member": "members", "managedBy": "owners"},
        "contact": {"manager": "manager"},
        "computer": {"managedBy": "registeredOwners", "mS-DS-CreatorSID": "registeredOwners"},
    }


def test_what_is_asked_of_the_source():
    wanted = RULES.wanted().types
    assert {"manager", "accountExpires", "mS-DS-ConsistencyGuid", "isCriticalSystemObject"} <= set(wanted["user"])
    assert not {"now", "domainFQDN", "distinguishedName", "sourceAnchor"} & set(wanted["user"])
    assert {"member", "managedBy", "groupType"} <= set(wanted["group"])
    assert "objectSid" in wanted["foreignSecurityPrincipal"]
    assert {"organizationalUnit", "container", "domainDNS"} <= set(wanted)


def test_the_rules_and_the_directory_speak_of_the_same_attributes():
    ours = {o.name: {a.name: a for a in o.attributes} for o in target_definition().objects}
    assert ours == {o.name: {a.name: a for a in o.attributes} for o in OBJECTS}


def test_the_default_schema_has_no_long_repetition():
    text = resources.files("ropeway.rules").joinpath("schemas", "active_directory.json").read_text(encoding="utf-8")
    names = [m["sourceObjectName"] for m in json.loads(text)["synchronizationRules"][0]["objectMappings"]]
    assert names == ["user", "inetOrgPerson", "group", "contact", "computer"]
    assert len(text.splitlines()) < 400


def test_the_documentation_has_every_operator():
    text = (Path(__file__).parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
    assert [name for name in OPERATORS if f"`{name}`" not in text] == []


def test_the_example_in_the_documentation_works():
    text = (Path(__file__).parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
    mapping = json.loads(text.partition("```json\n")[2].partition("```")[0])
    names = {"sourceDirectoryName": "Active Directory", "targetDirectoryName": "Ropeway"}
    raw = {"synchronizationRules": [{"priority": 1, **names, "objectMappings": [mapping]}]}
    rule = compile_rules(load_schema(raw, "active-directory")).rule_for("user")
    assert rule.in_scope({"c": "gb"}).passed
    assert rule.map({"sn": "Lovelace", "cn": "Ada"})["displayName"] == "Ada"
