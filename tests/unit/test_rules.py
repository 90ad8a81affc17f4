"""Schemas of one's own: what they can say, and what is refused with path and reason."""

from __future__ import annotations

import copy

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.model.changes import FLOWS
from ropeway.model.problems import RopewayError, catalogue, describe
from ropeway.rules import compile_rules, default_schema, load_schema, schema_to_keep, source_anchor
from ropeway.rules.loading import default_document

GUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
RULE = "$.synchronizationRules[0]"
MAPPING = f"{RULE}.objectMappings[0]"


def direct(target, source, **more):
    return {"targetAttributeName": target, "source": {"type": "Attribute", "name": source}, **more}


def computed(target, expression, **more):
    return {"targetAttributeName": target, "source": {"type": "Function", "expression": expression}, **more}


def constant(target, value, **more):
    return {"targetAttributeName": target, "source": {"type": "Constant", "name": value}, **more}


def schema(*attribute_mappings, **more):
    mapping = {"sourceObjectName": "user", "targetObjectName": "user", "attributeMappings": list(attribute_mappings)}
    rule = {
        "priority": 1,
        "sourceDirectoryName": "Active Directory",
        "targetDirectoryName": "Ropeway",
        "objectMappings": [mapping],
    }
    return {"synchronizationRules": [rule], **more}


def user_rule(*attribute_mappings, **more):
    loaded = load_schema(schema(*attribute_mappings, **more), "active-directory")
    return compile_rules(loaded).rule_for("user")


def refusal(raw):
    with pytest.raises(RopewayError) as error:
        load_schema(raw, "active-directory")
    problem = error.value.problem
    assert "?" not in describe(problem).replace("did you mean", "").replace("mail?", "")
    return problem.code, problem.details["path"], problem.details["reason"]


def test_a_default_value_stands_in_for_an_absent_one():
    rule = user_rule(direct("department", "department", defaultValue="Unknown"))
    assert rule.map({"department": "Sales"}) == {"department": "Sales"}
    assert rule.map({}) == {"department": "Unknown"}


def test_a_constant_has_the_type_of_its_target():
    assert user_rule(constant("accountEnabled", "False")).map({}) == {"accountEnabled": False}


def test_a_single_value_for_a_list_becomes_a_list():
    assert user_rule(direct("otherMails", "mail")).map({"mail": "ada@x.test"}) == {"otherMails": ["ada@x.test"]}


def test_a_flow_that_is_ignored_has_no_opinion():
    rule = user_rule(computed("jobTitle", "IIF(IsPresent([title]), [title], IgnoreThisFlow)"))
    assert rule.map({}) == {}
    assert rule.map({"title": "Analyst"}) == {"jobTitle": "Analyst"}


def test_an_authoritative_null_empties():
    mapped = user_rule(computed("jobTitle", "AuthoritativeNull")).map({"title": "x"})
    assert mapped == {"jobTitle": None, FLOWS: {"jobTitle": "null"}}


def test_what_flows_only_at_creation_is_named():
    rule = user_rule(direct("mail", "mail"), constant("usageLocation", "GB", flowType="ObjectAddOnly"))
    assert rule.create_only == {"usageLocation"}
    assert rule.map({})["usageLocation"] == "GB"


def test_a_mapping_that_is_not_enabled_is_not_there():
    raw = msgspec.to_builtins(default_schema("active-directory"))
    raw["synchronizationRules"][0]["objectMappings"][3]["enabled"] = False
    assert compile_rules(load_schema(raw, "active-directory")).rule_for("contact") is None


def test_an_attribute_of_ones_own_schema_extension_can_be_listed():
    extension = {"name": "contosoBadge", "type": "Integer"}
    directories = [{"name": "Active Directory", "objects": [{"name": "user", "attributes": [extension]}]}]
    rule = user_rule(direct("employeeId", "contosoBadge"), directories=directories)
    assert rule.map({"contosoBadge": 1815}) == {"employeeId": "1815"}


def test_graphs_own_keys_are_understood():
    raw = schema(
        direct("mail", "mail", flowBehavior="FlowAlways", exportMissingReferences=False, matchingPriority=0),
        **{"@odata.context": "https://graph.example/$metadata", "id": "x", "version": "Date:2026"},
    )
    raw["synchronizationRules"][0] |= {"editable": True, "metadata": [{"key": "k", "value": "v"}], "id": "r"}
    raw["synchronizationRules"][0]["objectMappings"][0] |= {"flowTypes": "Add,Update,Delete", "metadata": []}
    assert compile_rules(load_schema(raw, "active-directory")).rule_for("user") is not None


def test_the_default_schema_exported_and_imported_is_the_same_rules():
    default = default_schema("active-directory")
    again = load_schema(msgspec.json.decode(msgspec.json.encode(default)), "active-directory")
    assert again == default
    assert compile_rules(again).digest == compile_rules(default).digest


def test_an_ldif_file_is_read_by_the_rules_of_active_directory():
    assert load_schema(None, "ldif") == load_schema(None, "active-directory")


def test_changed_rules_have_another_digest():
    first = compile_rules(load_schema(schema(direct("mail", "mail")), "ldif"))
    other = compile_rules(load_schema(schema(direct("mail", "targetAddress")), "ldif"))
    assert first.digest != other.digest


@pytest.mark.parametrize(
    ("mapping", "code", "place", "reason"),
    [
        (direct("mail", "Mail"), "schema-unknown-attribute", "source.name", "did you mean mail?"),
        (direct("Mail", "mail"), "schema-unknown-attribute", "targetAttributeName", "did you mean mail?"),
        (direct("mail", "badge"), "schema-unknown-attribute", "source.name", "user has no attribute “badge”"),
        (computed("mail", "Trim([badge])"), "schema-unknown-attribute", "source.expression", "“badge”"),
        (computed("mail", "Trim([mail]"), "schema-expression", "source.expression", "character 12"),
        (computed("mail", ""), "schema-expression", "source.expression", "character 1"),
        (computed("mail", "x" * 1_000_000), "schema-expression", "source.expression", "at most 16384"),
        (constant("accountEnabled", "perhaps"), "schema-unreadable", "source.name", "neither True nor False"),
        (direct("accountEnabled", "mail", defaultValue="no"), "schema-unreadable", "defaultValue", "neither True"),
        (direct("mail", "mail", flowType="ValueAddOnly"), "schema-unreadable", "flowType", "several values"),
        (
            direct("businessPhones", "telephoneNumber", flowType="ValueAddOnly"),
            "schema-unreadable",
            "flowType",
            "businessPhones has one",
        ),
        (direct("mail", "mail", mergeType="Merge"), "schema-unreadable", "mergeType", "several values"),
        (direct("manager", "mail"), "schema-unreadable", "source.name", "manager is a reference"),
        (computed("manager", "[manager]"), "schema-unsupported", "source", "a reference flows directly"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_its_path(mapping, code, place, reason):
    found = refusal(schema(mapping))
    assert found[:2] == (code, f"{MAPPING}.attributeMappings[0].{place}")
    assert reason in found[2]


UNIQUE = "SelectUniqueValue([mail], [userPrincipalName])"


@pytest.mark.parametrize(
    ("mapping", "code", "place", "reason"),
    [
        (computed("employeeId", "Guid()"), "schema-expression", "source.expression", "ObjectAddOnly"),
        (computed("userPrincipalName", UNIQUE), "schema-expression", "source.expression", "ObjectAddOnly"),
        (
            computed("jobTitle", UNIQUE, flowType="ObjectAddOnly"),
            "schema-expression",
            "source.expression",
            "mailNickname",
        ),
        (direct("jobTitle", "title", matchingPriority=1), "schema-unsupported", "matchingPriority", "jobTitle"),
        (direct("otherMails", "mail", matchingPriority=1), "schema-unsupported", "matchingPriority", "otherMails"),
        (direct("onPremisesImmutableId", "mail"), "schema-unsupported", "source", "sourceAnchor"),
        (computed("jobTitle", "Left([mail], True)"), "schema-expression", "source.expression", "number"),
        (direct("manager", "manager", flowType="ObjectAddOnly"), "schema-unsupported", "source", "directly"),
    ],
)
def test_a_mapping_that_would_never_come_to_rest_or_find_anybody_is_refused(mapping, code, place, reason):
    found = refusal(schema(mapping))
    assert found[:2] == (code, f"{MAPPING}.attributeMappings[0].{place}")
    assert reason in found[2]


def test_what_changes_by_itself_may_flow_once():
    rule = user_rule(computed("employeeId", "Guid()", flowType="ObjectAddOnly"))
    assert rule.create_only == {"employeeId"}


@pytest.mark.parametrize("extra", [{"colour": "blue"}, {"flowType": "Sometimes"}, {"matchingPriority": "first"}])
def test_unknown_keys_and_words_are_refused_with_their_path(extra):
    code, path, _ = refusal(schema(direct("mail", "mail", **extra)))
    assert code == "schema-unreadable"
    assert path.startswith(f"{MAPPING}.attributeMappings[0]")


@pytest.mark.parametrize("number", [-1, 2**31, 10**30])
def test_matching_priorities_out_of_bounds_are_refused_with_their_path(number):
    code, path, _ = refusal(schema(direct("mail", "mail", matchingPriority=number)))
    assert (code, path) == ("schema-unreadable", f"{MAPPING}.attributeMappings[0].matchingPriority")


def test_half_a_character_is_refused_with_what_stands_before_it():
    code, path, reason = refusal(schema(computed("jobTitle", '"Clerk \ud800"')))
    assert (code, path) == ("schema-unreadable", "$")
    assert reason == '\\ud800 is half a character, after “"Clerk ”'


@pytest.mark.parametrize("number", [-(10**30), 2**31, 10**30])
def test_a_priority_that_graph_cannot_say_is_refused_with_its_path(number):
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0]["priority"] = number
    assert refusal(raw)[:2] == ("schema-unreadable", "$.synchronizationRules[0].priority")


def test_a_changed_default_cannot_lose_the_anchor_of_what_it_creates():
    raw = copy.deepcopy(default_document("ldif"))
    for rule in raw["synchronizationRules"]:
        for mapping in rule["objectMappings"]:
            listed = mapping.get("attributeMappings", [])
            mapping["attributeMappings"] = [m for m in listed if m["targetAttributeName"] != "onPremisesImmutableId"]
    code, path, reason = refusal(raw)
    assert (code, path.endswith(".attributeMappings")) == ("schema-unsupported", True)
    assert "the anchor is missing" in reason


def kept(*attribute_mappings, **more):
    """The refusal of a schema of one's own that shall be saved."""
    problem = problem_of(lambda: schema_to_keep(schema(*attribute_mappings, **more), "active-directory"))
    return problem and (problem.code, problem.details["path"], problem.details["reason"])


ANCHORED = direct("onPremisesImmutableId", "sourceAnchor")


def test_a_schema_of_ones_own_that_forgets_the_anchor_is_not_saved():
    code, path, reason = kept(direct("displayName", "cn"), id="mine")
    assert (code, path) == ("schema-unsupported", f"{MAPPING}.attributeMappings")
    assert "the anchor is missing" in reason
    assert kept(direct("displayName", "cn"), ANCHORED, id="mine") is None


def test_a_rule_that_creates_nobody_or_is_helped_by_another_needs_no_anchor():
    raw = schema(direct("displayName", "cn"))
    mapping = raw["synchronizationRules"][0]["objectMappings"][0]
    always = schema(ANCHORED)["synchronizationRules"][0] | {"priority": 2}
    always["objectMappings"][0]["linkType"] = "Join"
    assert (
        problem_of(
            lambda: schema_to_keep(raw | {"synchronizationRules": [*raw["synchronizationRules"], always]}, "ldif")
        )
        is None
    )
    mapping["flowTypes"] = "Update, Delete"
    assert problem_of(lambda: schema_to_keep(raw, "ldif")) is None
    mapping["flowTypes"] = "Add"
    always["objectMappings"][0]["scope"] = {
        "groups": [{"clauses": [{"sourceOperandName": "mail", "operatorName": "IS NOT NULL"}]}]
    }
    both = raw | {"synchronizationRules": [*raw["synchronizationRules"], always]}
    assert problem_of(lambda: schema_to_keep(both, "ldif")).details["path"] == f"{MAPPING}.attributeMappings"


def test_what_a_rule_says_with_error_is_a_problem_of_its_own():
    rule = user_rule(
        computed("employeeId", 'IIF(IsPresent([employeeID]), [employeeID], Error("No number, no account."))')
    )
    problem = problem_of(lambda: rule.map({"distinguishedName": "CN=Ann"}))
    assert (problem.code, problem.attribute, problem.object) == ("rule-error", "employeeId", "CN=Ann")
    assert describe(problem).count("No number, no account") == 1
    assert "Error cannot use" not in describe(problem)
    assert rule.map({"employeeID": "7"}) == {"employeeId": "7"}


def test_one_attribute_mapped_twice_is_refused():
    assert refusal(schema(direct("mail", "mail"), direct("mail", "mail")))[0] == "schema-ambiguous"


def test_two_attributes_of_one_matching_priority_are_refused():
    code, _, reason = refusal(
        schema(direct("mail", "mail", matchingPriority=1), direct("userPrincipalName", "mail", matchingPriority=1))
    )
    assert (code, reason) == ("schema-ambiguous", "userPrincipalName has matching priority 1, and mail has it already")


def test_two_rules_of_one_priority_are_refused():
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"] *= 2
    assert refusal(raw)[:2] == ("schema-ambiguous", "$.synchronizationRules[1].priority")


def test_two_mappings_of_one_source_type_in_one_rule_are_refused():
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0]["objectMappings"] *= 2
    assert refusal(raw)[:2] == ("schema-ambiguous", f"{RULE}.objectMappings[1]")


def several(*rules):
    raw = schema()
    raw["synchronizationRules"] = [
        {**raw["synchronizationRules"][0], "priority": n, "objectMappings": [mapping]}
        for n, mapping in enumerate(rules)
    ]
    return raw


def mapping_with(*attribute_mappings, **more):
    return {**mapping_of("user"), "attributeMappings": list(attribute_mappings), **more}


def test_rules_that_merge_one_attribute_differently_are_refused():
    first = mapping_with(direct("otherMails", "mail", mergeType="Merge"))
    code, path, reason = refusal(several(first, mapping_with(direct("otherMails", "mail"))))
    assert (code, path) == ("schema-ambiguous", "$.synchronizationRules[1].objectMappings[0].attributeMappings")
    assert reason.startswith("otherMails: merge type Update, and Merge")


def test_rules_that_take_a_reference_from_different_attributes_are_refused():
    first = mapping_with(direct("manager", "manager"))
    assert refusal(several(first, mapping_with(direct("manager", "managedBy"))))[0] == "schema-ambiguous"


def test_rules_that_disagree_about_deleting_are_refused():
    found = refusal(several(mapping_with(), mapping_with(flowTypes="Add, Update")))
    assert found[:2] == ("schema-ambiguous", "$.synchronizationRules[1].objectMappings[0].flowTypes")


def test_rules_that_only_join_and_match_by_nothing_are_refused():
    assert refusal(several(mapping_with(direct("mail", "mail"), linkType="Join")))[0] == "schema-selects-nothing"


def test_rules_that_only_join_are_accepted_where_they_match():
    joining = mapping_with(direct("mail", "mail", matchingPriority=1), linkType="Join")
    assert compile_rules(load_schema(several(joining), "ldif")).rule_for("user").leads


def clause(name, operator, *values):
    return {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": list(values)}}


@pytest.mark.parametrize(
    "clauses",
    [
        [clause("mail", "IS NULL"), clause("mail", "ENDS WITH", "@x.test")],
        [clause("l", "EQUALS", "London"), clause("l", "EQUALS", "Oslo")],
        [clause("l", "IN", "London"), clause("l", "NOT IN", "London", "Oslo")],
        [clause("userAccountControl", "BIT SET", "2"), clause("userAccountControl", "BIT NOT SET", "2")],
        [clause("accountExpires", "GREATER_THAN", "5"), clause("accountExpires", "LESS_THAN", "3")],
        [clause("accountExpires", "LESS_THAN", "5"), clause("accountExpires", "GREATER_THAN_OR_EQUALS", "5")],
        [clause("", "ISMEMBEROF", "CN=A,DC=x"), clause("", "ISNOTMEMBEROF", "CN=A,DC=x")],
        [{"expression": "1 = 2"}],
    ],
)
def test_a_scope_that_selects_nothing_is_refused(clauses):
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0]["objectMappings"][0]["scope"] = {"groups": [{"clauses": clauses}]}
    code, path, _ = refusal(raw)
    assert (code, path.startswith(f"{MAPPING}.scope.groups")) == ("schema-selects-nothing", True)


@pytest.mark.parametrize(
    "clauses",
    [
        [clause("otherMailbox", "EQUALS", "a"), clause("otherMailbox", "EQUALS", "b")],
        [clause("l", "EQUALS", "London"), clause("l", "EQUALS", "LONDON")],
        [clause("l", "NOT EQUALS", "London"), clause("l", "NOT EQUALS", "Oslo")],
        [clause("mail", "IS NULL"), clause("l", "IS NOT NULL")],
        [clause("accountExpires", "LESS_THAN_OR_EQUALS", "5"), clause("accountExpires", "GREATER_THAN_OR_EQUALS", "5")],
    ],
)
def test_clauses_that_can_be_met_together_are_accepted(clauses):
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0]["objectMappings"][0]["scope"] = {"groups": [{"clauses": clauses}]}
    load_schema(raw, "ldif")


def mapping_of(source, **more):
    return {"sourceObjectName": source, "targetObjectName": "user", **more}


@pytest.mark.parametrize(
    ("mappings", "code", "reason"),
    [
        ([mapping_of("user", sameAs="user")], "schema-cycle", "user → user"),
        (
            [mapping_of("user", sameAs="contact"), mapping_of("contact", sameAs="user")],
            "schema-cycle",
            "user → contact → user",
        ),
        ([mapping_of("user", sameAs="nobody")], "schema-unreadable", "no mapping of a source type “nobody”"),
        ([mapping_of("robot")], "schema-unreadable", "Active Directory has no objects “robot”"),
        ([], "schema-unreadable", "no object type is mapped"),
    ],
)
def test_object_mappings_that_lead_nowhere_are_refused(mappings, code, reason):
    raw = schema()
    raw["synchronizationRules"][0]["objectMappings"] = mappings
    found = refusal(raw)
    assert found[0] == code
    assert reason in found[2]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("sourceDirectoryName", "Workday", "schema-unreadable"),
        ("targetDirectoryName", "Salesforce", "schema-unreadable"),
        ("containerFilter", {"includedContainers": ["Sales"]}, "schema-unreadable"),
        ("groupFilter", {"includedGroups": ["3f2504e0-4f89-11d3-9a0c"]}, "schema-unreadable"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(key, value, code):
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0][key] = value
    found = refusal(raw)
    assert found[0] == code
    assert found[1].startswith(f"{RULE}.{key}")


def test_flow_types_that_nobody_knows_are_refused():
    raw = schema(direct("mail", "mail"))
    raw["synchronizationRules"][0]["objectMappings"][0]["flowTypes"] = "Add, Replace"
    assert refusal(raw)[:2] == ("schema-unreadable", f"{MAPPING}.flowTypes")


def test_a_source_of_an_unknown_kind_has_no_default():
    with pytest.raises(RopewayError, match="no default schema"):
        load_schema(None, "workday")


def test_explaining_shows_value_expression_sources_and_what_failed():
    rule = user_rule(direct("mail", "mail"), computed("jobTitle", "Left([title], [adminCount])"))
    mail, title = rule.explain({"mail": "ada@x.test", "title": "Analyst", "adminCount": "many"})
    assert (mail["value"], mail["flow"], mail["expression"]) == ("ada@x.test", "direct", "[mail]")
    assert title["sources"] == {"adminCount": "many", "title": "Analyst"}
    assert title["problem"].details["function"] == "Left"


def test_explaining_can_always_be_written_as_json():
    rule = user_rule(direct("thumbnailPhoto", "thumbnailPhoto"))
    assert msgspec.json.encode(rule.explain({"thumbnailPhoto": b"\xff\xd8"}))


@pytest.mark.parametrize("type_", ["user", "inetOrgPerson"])
def test_a_filled_consistency_guid_is_the_source_anchor_of_people(type_):
    assert source_anchor(type_, {"mS-DS-ConsistencyGuid": bytes(range(16))}, GUID) == "AAECAwQFBgcICQoLDA0ODw=="


@pytest.mark.parametrize("filled", [None, b"", b"short"])
def test_otherwise_it_is_the_guid(filled):
    attributes = {} if filled is None else {"mS-DS-ConsistencyGuid": filled}
    assert source_anchor("user", attributes, GUID) == "4AQlP4lP0xGaDAMF6CwzAQ=="


def test_a_groups_consistency_guid_does_not_count():
    assert source_anchor("group", {"mS-DS-ConsistencyGuid": bytes(16)}, GUID) == "4AQlP4lP0xGaDAMF6CwzAQ=="


@given(st.text(min_size=1))
def test_any_anchor_gives_24_characters_and_always_the_same(anchor):
    assert len(source_anchor("user", {}, anchor)) == 24
    assert source_anchor("user", {}, anchor) == source_anchor("user", {}, anchor)


def test_every_refusal_has_words():
    codes = [code for code in catalogue() if code.startswith(("schema-", "mapping-", "scope-failed"))]
    assert len(codes) >= 8


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3),
)
DEFAULT = msgspec.to_builtins(default_schema("active-directory"))


def candidates(rule, attributes):
    return rule.applied(attributes).match_candidates(rule.map(attributes))


def problem_of(call):
    try:
        call()
    except RopewayError as error:
        return error.problem
    return None


@given(st.data())
def test_any_damage_to_a_schema_is_refused_or_harmless(data):
    raw = copy.deepcopy(DEFAULT)
    place = raw
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(json_values)
    problem = problem_of(lambda: load_schema(raw, "active-directory"))
    assert problem is None or problem.details["path"].startswith("$")


@given(
    st.dictionaries(
        st.sampled_from(
            (
                "title",
                "mail",
                "objectSid",
                "proxyAddresses",
                "c",
                "userAccountControl",
                "pwdLastSet",
                "accountExpires",
                "now",
                "description",
            )
        ),
        json_values | st.binary(max_size=20),
    )
)
def test_any_object_is_mapped_or_fails_by_name(attributes):
    rules = compile_rules(default_schema("active-directory"))
    for rule in rules.by_type.values():
        problem = problem_of(lambda rule=rule: (rule.in_scope(attributes), candidates(rule, attributes)))
        assert problem is None or problem.code in ("mapping-failed", "scope-failed")
    assert rules.next_decision_time(attributes) is None or attributes["accountExpires"]
