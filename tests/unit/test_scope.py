"""Who is synchronized: the default exclusions line by line, and the operators of clauses."""

from __future__ import annotations

import pytest

from ropeway.model.problems import RopewayError
from ropeway.rules import MappingFailed, compile_rules, default_schema, load_schema

RULES = compile_rules(default_schema("active-directory"))

ADA = {
    "cn": "Ada Lovelace",
    "sAMAccountName": "ada",
    "userAccountControl": 512,
    "distinguishedName": "CN=Ada Lovelace,OU=Engines,DC=contoso,DC=test",
}
ENGINEERS = {
    "cn": "Engineers",
    "sAMAccountName": "Engineers",
    "groupType": -2147483646,
    "distinguishedName": "CN=Engineers,OU=Groups,DC=contoso,DC=test",
}
NEWS = {**ENGINEERS, "groupType": 2}
BABBAGE = {
    "cn": "Charles Babbage",
    "displayName": "Charles Babbage",
    "mail": "charles@fabrikam.test",
    "distinguishedName": "CN=Charles Babbage,OU=Partners,DC=contoso,DC=test",
}
LAPTOP = {
    "cn": "LAPTOP1",
    "userAccountControl": 4096,
    "userCertificate": [b"\x30\x82"],
    "distinguishedName": "CN=LAPTOP1,CN=Computers,DC=contoso,DC=test",
}
CONFLICT = r"CN=Ada Lovelace\0ACNF:3f2504e0-4f89-11d3-9a0c-0305e82c3301,OU=Engines,DC=contoso,DC=test"
BELOW_CONFLICT = r"CN=Ada Lovelace,OU=Engines\0ACNF:3f2504e0-4f89-11d3-9a0c-0305e82c3301,DC=contoso,DC=test"

STAYING = [
    ("user", ADA, {}),
    ("user", ADA, {"userAccountControl": 514}),
    ("user", ADA, {"msExchRecipientTypeDetails": 1}),
    ("user", ADA, {"mailNickname": "CAS_without_brace"}),
    ("user", ADA, {"distinguishedName": BELOW_CONFLICT}),
    ("user", ADA, {"distinguishedName": r"CN=Lovelace\, Ada,OU=Engines,DC=contoso,DC=test"}),
    ("group", ENGINEERS, {}),
    ("group", NEWS, {"mail": "news@contoso.test"}),
    ("group", NEWS, {"proxyAddresses": ["smtp:news@contoso.test"]}),
    ("contact", BABBAGE, {}),
    ("contact", BABBAGE, {"mail": None, "proxyAddresses": ["SMTP:charles@fabrikam.test"]}),
    ("contact", BABBAGE, {"displayName": "Charles (MSOL)", "msExchHideFromAddressLists": False}),
    ("computer", LAPTOP, {}),
]

LEAVING = [
    ("user", ADA, {"isCriticalSystemObject": True}, "critical system object"),
    ("user", ADA, {"sAMAccountName": None}, "no sAMAccountName"),
    ("user", ADA, {"userAccountControl": None}, "no userAccountControl"),
    ("user", ADA, {"sAMAccountName": "AAD_1234"}, "begins with AAD_ or MSOL_"),
    ("user", ADA, {"sAMAccountName": "MSOL_1234"}, "begins with AAD_ or MSOL_"),
    ("user", ADA, {"sAMAccountName": "SUPPORT_388945a0"}, "built-in account"),
    ("user", ADA, {"sAMAccountName": "krbtgt"}, "built-in account"),
    ("user", ADA, {"sAMAccountName": "Guest"}, "built-in account"),
    ("user", ADA, {"mailNickname": "SystemMailbox{1f05a927}"}, "SystemMailbox{"),
    ("user", ADA, {"mailNickname": "CAS_{1f05a927}"}, "mailNickname begins with CAS_"),
    ("user", ADA, {"sAMAccountName": "CAS_{1f05a927}"}, "sAMAccountName begins with CAS_"),
    ("user", ADA, {"msExchRecipientTypeDetails": 0x1000}, "Exchange object that is no person"),
    ("user", ADA, {"msExchRecipientTypeDetails": 0x20000000}, "Exchange object that is no person"),
    ("user", ADA, {"msExchRecipientTypeDetails": 2}, "linked mailbox"),
    ("user", ADA, {"distinguishedName": CONFLICT}, "replication conflict"),
    ("inetOrgPerson", ADA, {"isCriticalSystemObject": True}, "critical system object"),
    ("group", ENGINEERS, {"isCriticalSystemObject": True}, "critical system object"),
    ("group", ENGINEERS, {"groupType": -2147483643}, "built-in group"),
    ("group", ENGINEERS, {"sAMAccountName": "MSOL_AD_Sync_RichCoexistence"}, "RichCoexistence"),
    ("group", ENGINEERS, {"msExchRecipientTypeDetails": 0x40000000}, "role group"),
    ("group", NEWS, {}, "distribution group without a mail address"),
    ("group", NEWS, {"mail": "n@contoso.test", "proxyAddresses": ["x500:/o=Contoso"]}, "without a mail address"),
    ("group", ENGINEERS, {"distinguishedName": CONFLICT}, "replication conflict"),
    ("contact", BABBAGE, {"mail": None}, "contact without a mail address"),
    ("contact", BABBAGE, {"mail": "charles"}, "contact without a mail address"),
    ("contact", BABBAGE, {"mail": None, "proxyAddresses": ["smtp:c@fabrikam.test"]}, "contact without a mail address"),
    ("contact", BABBAGE, {"isCriticalSystemObject": True}, "critical system object"),
    ("contact", BABBAGE, {"displayName": "C (MSOL)", "msExchHideFromAddressLists": True}, "hidden (MSOL) contact"),
    ("contact", BABBAGE, {"mailNickname": "CAS_{1f05a927}"}, "CAS_"),
    ("contact", BABBAGE, {"distinguishedName": CONFLICT}, "replication conflict"),
    ("computer", LAPTOP, {"userCertificate": None}, "without userCertificate"),
    ("computer", LAPTOP, {"distinguishedName": CONFLICT}, "replication conflict"),
]


def changed(person, changes):
    return {name: value for name, value in {**person, **changes}.items() if value is not None}


@pytest.mark.parametrize(("type_", "person", "changes"), STAYING)
def test_who_is_synchronized_by_default(type_, person, changes):
    assert RULES.rule_for(type_).in_scope(changed(person, changes)).passed


@pytest.mark.parametrize(("type_", "person", "changes", "clause"), LEAVING)
def test_who_is_not_synchronized_by_default_and_which_clause_says_so(type_, person, changes, clause):
    answer = RULES.rule_for(type_).in_scope(changed(person, changes))
    assert not answer.passed
    assert clause in answer.clause


def test_containers_have_no_rule():
    assert RULES.rule_for("organizationalUnit") is None


def rule_with(*groups):
    """The user rule of a schema whose scope has these groups of (attribute, operator, values) or expressions."""

    def clause(part):
        if isinstance(part, str):
            return {"expression": part}
        attribute, operator, *values = part
        return {"sourceOperandName": attribute, "operatorName": operator, "targetOperand": {"values": values}}

    mapping = {
        "sourceObjectName": "user",
        "targetObjectName": "user",
        "scope": {
            "groups": [{"name": f"group {n}", "clauses": [clause(c) for c in g]} for n, g in enumerate(groups, 1)]
        },
        "attributeMappings": [{"targetAttributeName": "mail", "source": {"type": "Attribute", "name": "mail"}}],
    }
    rule = {
        "priority": 1,
        "sourceDirectoryName": "Active Directory",
        "targetDirectoryName": "Ropeway",
        "objectMappings": [mapping],
    }
    return compile_rules(load_schema({"synchronizationRules": [rule]}, "active-directory")).rule_for("user")


@pytest.mark.parametrize(
    ("clause", "value", "passes"),
    [
        (("department", "EQUALS", "Sales"), "sales", True),
        (("department", "EQUALS", "Sales", "IT"), "IT", True),
        (("department", "EQUALS", "Sales"), None, False),
        (("department", "NOT EQUALS", "Sales"), None, True),
        (("department", "NOT EQUALS", "Sales"), "Sales", False),
        (("department", "IN", "Sales", "IT"), "IT", True),
        (("department", "NOT IN", "Sales", "IT"), "IT", False),
        (("department", "STARTS WITH", "Sa"), "Sales", True),
        (("department", "NOT STARTS WITH", "Sa"), "Sales", False),
        (("department", "ENDS WITH", "ES"), "Sales", True),
        (("department", "NOT ENDS WITH", "es"), "IT", True),
        (("department", "CONTAINS", "ale"), "Sales", True),
        (("department", "NOT CONTAINS", "ale"), "Sales", False),
        (("department", "IS NULL"), None, True),
        (("department", "IS NULL"), "", True),
        (("department", "IS NULL"), "Sales", False),
        (("department", "IS NOT NULL"), "Sales", True),
        (("department", "GREATER_THAN", "M"), "Sales", True),
        (("proxyAddresses", "ENDS WITH", "@contoso.test"), ["smtp:a@x.test", "smtp:a@contoso.test"], True),
        (("proxyAddresses", "NOT ENDS WITH", "@contoso.test"), ["smtp:a@x.test", "smtp:a@contoso.test"], False),
        (("proxyAddresses", "IS NULL"), ["smtp:a@x.test"], False),
        (("adminCount", "GREATER_THAN", "0"), 1, True),
        (("adminCount", "GREATER THAN", "0"), 0, False),
        (("adminCount", "GREATER_THAN_OR_EQUALS", "0"), 0, True),
        (("adminCount", "LESS_THAN", "10"), 9, True),
        (("adminCount", "LESS_THAN_OR_EQUALS", "9"), 9, True),
        (("adminCount", "LESS_THAN", "10"), None, False),
        (("adminCount", "LESS_THAN", "10"), "many", False),
        (("userAccountControl", "BIT SET", "2"), 514, True),
        (("userAccountControl", "BIT SET", "0x2"), 512, False),
        (("userAccountControl", "BIT NOT SET", "&H2"), 512, True),
        (("userAccountControl", "BIT NOT SET", "2"), None, True),
        (("msExchHideFromAddressLists", "IS TRUE"), True, True),
        (("msExchHideFromAddressLists", "IS TRUE"), "TRUE", True),
        (("msExchHideFromAddressLists", "IS FALSE"), False, True),
        (("msExchHideFromAddressLists", "IS FALSE"), None, False),
        (("sourceAnchor", "EQUALS", "AbC="), "abc=", False),
    ],
)
def test_what_an_operator_means(clause, value, passes):
    attributes = {} if value is None else {clause[0]: value}
    assert rule_with([clause]).in_scope(attributes).passed is passes


def test_clauses_of_a_group_must_all_be_met_and_one_group_is_enough():
    rule = rule_with([("c", "EQUALS", "GB"), ("department", "EQUALS", "Sales")], [("c", "EQUALS", "FR")])
    assert rule.in_scope({"c": "GB", "department": "Sales"}).clause == "group 1"
    assert rule.in_scope({"c": "FR"}).clause == "group 2"
    assert rule.in_scope({"c": "GB"}).clause == "none of the groups: group 1; group 2"


def test_a_clause_may_be_an_expression():
    rule = rule_with(['Left([sAMAccountName], 4) <> "svc-" OR [adminCount] = 1'])
    assert rule.in_scope({"sAMAccountName": "ada"}).passed
    assert not rule.in_scope({"sAMAccountName": "svc-backup"}).passed


def test_a_clause_that_cannot_decide_names_itself_and_the_value():
    rule = rule_with(["BitAnd([department], 2) = 0"])
    with pytest.raises(MappingFailed) as failure:
        rule.in_scope({"department": "Sales", "distinguishedName": "CN=Ada"})
    problem = failure.value.problem
    assert (problem.code, problem.object, problem.value) == ("scope-failed", "CN=Ada", "Sales")
    assert "BitAnd([department], 2) = 0" in problem.details["argument"]


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        (("department", "RESEMBLES", "Sales"), "no operator “RESEMBLES”"),
        (("department", "EQUALS"), "takes at least one value"),
        (("department", "IS NULL", "x"), "takes no value"),
        (("userAccountControl", "BIT SET", "two"), "whole number"),
        (("Department", "EQUALS", "Sales"), "did you mean department?"),
        ("[department] = ", "expected a value"),
        ("[nothing] = 1", "no attribute “nothing”"),
    ],
)
def test_a_clause_that_means_nothing_is_refused_with_its_path(clause, reason):
    with pytest.raises(RopewayError) as error:
        rule_with([clause])
    details = error.value.problem.details
    assert details["path"].startswith("$.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses[0]")
    assert reason in details["reason"]
