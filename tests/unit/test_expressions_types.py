"""What can never be right is refused when a schema is given: types, lists, targets; and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.expressions import TABLES, Dialect, ExpressionError, ExpressionFailed, Special, compile_expression
from ropeway.model.definition import AttributeDefinition

TYPES = {
    definition.name: definition
    for definition in (
        AttributeDefinition("mail"),
        AttributeDefinition("sn"),
        AttributeDefinition("proxyAddresses", multivalued=True),
        AttributeDefinition("userAccountControl", "Integer"),
        AttributeDefinition("objectSid", "Binary"),
        AttributeDefinition("userCertificate", "Binary", multivalued=True),
        AttributeDefinition("hidden", "Boolean"),
        AttributeDefinition("whenCreated", "DateTime"),
        AttributeDefinition("manager", "Reference"),
    )
}


def compiled(text, dialect=Dialect.ROPEWAY, result=None):
    return compile_expression(text, dialect, types=TYPES, result=result)


@pytest.mark.parametrize(
    ("text", "character", "reason"),
    [
        ("Trim([objectSid])", 6, "Trim, source: expected a text, found a binary value"),
        ('[objectSid] & "x"', 1, "&: expected a text, found a binary value"),
        ('[objectSid] = "S-1-5"', 15, "a binary value is never equal to a text"),
        ("BitAnd([hidden], 2)", 8, "BitAnd, value1: expected a number, found a condition"),
        ("[hidden] + 1", 1, "+: expected a number, found a condition"),
        ("[hidden] > 1", 1, ">: expected a number, a text or a date, found a condition"),
        ('[userAccountControl] > "high"', 24, "expected a number, found a text"),
        ('[userAccountControl] + "x"', 24, "expected a number, found a text"),
        ("StringFromSid([userAccountControl])", 15, "expected a binary value, found a number"),
        ("CertSubject([hidden])", 13, "expected a binary value, found a condition"),
        ('DateAdd("d", 1, [userAccountControl])', 17, "expected a date, found a number"),
        ('FormatDateTime([hidden], "d")', 16, "expected a date, found a condition"),
        ('IIF("perhaps", 1, 2)', 5, "IIF, condition: expected a condition, found a text"),
        ("IIF([objectSid], 1, 2)", 5, "expected a condition, found a binary value"),
        ("NOT [objectSid]", 5, "NOT: expected a condition"),
        ("Item([proxyAddresses], [proxyAddresses])", 24, "Item, index: expected one value, found several"),
        ("Join([mail], [proxyAddresses])", 14, "Join, delimiter: expected one value, found several"),
        ('Contains([proxyAddresses], Split([mail], ","))', 28, "expected one value, found several"),
        ("Switch([proxyAddresses], 1)", 8, "Switch, condition: expected one value, found several"),
        ("Where($x, [proxyAddresses], [proxyAddresses])", 29, "expected one value, found several"),
        ("SelectUniqueValue([mail], [proxyAddresses])", 27, "expected one value, found several"),
        ("Trim(IgnoreThisFlow)", 6, "expected a text, found IgnoreThisFlow"),
        ("IsPresent(AuthoritativeNull)", 11, "expected a value, found IgnoreThisFlow or AuthoritativeNull"),
        ("Select($c, [userCertificate], Trim($c))", 36, "Trim, source: expected a text, found a binary value"),
        ('With($c, [objectSid], $c & "x")', 23, "&: expected a text"),
        ("-[hidden]", 2, "-: expected a number"),
    ],
)
def test_a_part_that_can_never_be_right_is_refused_with_its_place(text, character, reason):
    with pytest.raises(ExpressionError) as error:
        compiled(text)
    assert error.value.at + 1 == character
    assert reason in error.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "Trim([mail])",
        "Trim([proxyAddresses])",
        "Left([userAccountControl], 1)",
        "BitAnd([mail], 2)",
        '[userAccountControl] = "512"',
        '[userAccountControl] > "512"',
        "IIF([mail], 1, 2)",
        "CertSubject([userCertificate])",
        "CertSubject([mail])",
        "ConvertToBase64([objectSid])",
        "IIF(IsPresent([mail]), [objectSid], [mail]) & [sn]",
        "Trim(IIF(IsPresent([mail]), [mail], IgnoreThisFlow))",
        "Trim(Item([userCertificate], 1))",
        "[whenCreated] < Now()",
        "Trim(NULL)",
        "Trim([unknown])",
        "DNComponent([manager], 1)",
        'Join(Split([mail], "@"), ".")',
        "Count([proxyAddresses]) > 3 AND NOT [hidden]",
    ],
)
def test_a_part_that_may_be_right_is_accepted(text):
    assert compiled(text).tree


@pytest.mark.parametrize(
    ("target", "text", "character"),
    [
        ("Boolean", '"yes"', 1),
        ("Boolean", "[userAccountControl]", 1),
        ("Boolean", "BitAnd([userAccountControl], 2)", 1),
        ("Boolean", 'IIF([hidden], True, "no")', 21),
        ("Boolean", 'Switch([hidden], "no", [mail] = "x", True)', 18),
        ("Boolean", "[objectSid]", 1),
        ("Boolean", "Now()", 1),
        ("Integer", '"many"', 1),
        ("Integer", "[hidden]", 1),
        ("Integer", 'Coalesce([userAccountControl], "none")', 32),
        ("String", "[objectSid]", 1),
        ("String", "IIF([hidden], [mail], [objectSid])", 23),
        ("DateTime", "[objectSid]", 1),
        ("Binary", "[mail]", 1),
        ("Binary", "StringFromSid([objectSid])", 1),
        ("Boolean", 'With($x, [mail], IIF([hidden], $x, "no"))', 36),
    ],
)
def test_an_answer_that_never_suits_the_target_is_refused_with_its_place(target, text, character):
    with pytest.raises(ExpressionError) as error:
        compiled(text, result=AttributeDefinition("wanted", target))
    assert error.value.at + 1 == character
    assert f"wanted is of type {target}" in error.value.reason


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("Boolean", "[hidden]"),
        ("Boolean", "[mail]"),
        ("Boolean", '"true"'),
        ("Boolean", 'IIF([hidden], IgnoreThisFlow, "False")'),
        ("Boolean", 'Switch([mail] = "b", True, [sn] = "c", False)'),
        ("Boolean", "NULL"),
        ("Integer", '"12"'),
        ("Integer", "[mail]"),
        ("String", "[userAccountControl]"),
        ("String", "Now()"),
        ("String", "[proxyAddresses]"),
        ("Binary", "CGuid([mail])"),
        ("Reference", "[manager]"),
        ("Boolean", '""'),
    ],
)
def test_an_answer_that_may_suit_the_target_is_accepted(target, text):
    assert compiled(text, result=AttributeDefinition("wanted", target)).tree


VALUES = {
    "String": st.text(max_size=5),
    "Integer": st.integers(0, 2**40),
    "Boolean": st.booleans(),
    "Binary": st.binary(),
}
EAGER = [
    (dialect, one)
    for dialect, table in TABLES.items()
    for found in table.values()
    for one in found.overloads or (found,)
    if one.parameters and not one.builds and not one.name.startswith("Is")
]


@settings(max_examples=300)
@given(st.sampled_from(EAGER), st.data())
def test_what_is_refused_for_its_types_would_have_failed_on_every_object(chosen, data):
    dialect, function = chosen
    types = {
        f"a{place}": AttributeDefinition(f"a{place}", data.draw(st.sampled_from(list(VALUES)))) for place in range(3)
    }
    needed = max((place for place, one in enumerate(function.parameters) if one.required), default=-1)
    places = [
        place for place, one in enumerate(function.parameters[: needed + 1]) if one.kind not in ("compare", "encoding")
    ]
    text = f"{function.name}({', '.join(f'[a{place % 3}]' for place in places)})"
    try:
        compile_expression(text, dialect, types=types)
    except ExpressionError as refused:
        assert "expected" in refused.reason  # noqa: PT017 - the point is what follows
        values = {name: data.draw(VALUES[definition.type]) for name, definition in types.items()}
        with pytest.raises(ExpressionFailed):
            compile_expression(text, dialect).evaluate(values)


def test_what_is_known_of_an_expression_without_an_object():
    redacted = compile_expression("Redact(RandomString(6, 3, 0, 0, 3))")
    assert (redacted.redacted, redacted.changing) == (True, {"RandomString"})
    now = compile_expression('IIF(CDate("2020-01-01") < Now(), [a], ImportedValue("b"))')
    assert (now.calls, now.reads) == ({"IIF", "CDate", "Now", "ImportedValue"}, {"now", "a", "b"})
    assert compile_expression("SelectUniqueValue([a], [b])").unique
    assert compile_expression("%Domain.LDAP%").reads == {"domainFQDN"}
    assert compile_expression("[a]").changing == frozenset()


def test_the_present_time_changes_an_answer_it_is_part_of_and_not_one_that_it_decides():
    assert compile_expression('FormatDateTime(Now(), "yyyy")').changing == {"Now"}
    assert compile_expression("IIF([a] = 1, Now(), [b])").changing == {"Now"}
    assert compile_expression("IIF([a] = 1, CStr([now]), [b])").changing == {"[now]"}
    assert compile_expression("IIF([a] <= [now], [a], [b])").changing == frozenset()
    assert compile_expression("Where($item, [userCertificate], CertNotAfter($item) > Now())").changing == frozenset()
    assert compile_expression("IIF(RandomNum(1, 2) = 1, [a], [b])").changing == {"RandomNum"}


def test_a_redacted_value_is_in_no_failure():
    evaluate = compile_expression('Redact(Error("the badge is " & [badge]))').evaluate
    with pytest.raises(ExpressionFailed) as failed:
        evaluate({"badge": "4711"})
    assert "4711" not in repr((failed.value, failed.value.value, failed.value.reason, failed.value.__cause__))


def test_an_ignored_flow_passes_through_where_it_is_the_answer():
    assert compiled("IgnoreFlowIfNullOrEmpty([mail])").evaluate({"mail": ""}) is Special.IGNORE_THIS_FLOW
