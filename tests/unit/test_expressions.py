"""The mapping language: published examples, and what a person is told about a mistake."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from ropeway.expressions import (
    TABLES,
    Candidates,
    Dialect,
    ExpressionError,
    ExpressionFailed,
    Special,
    compile_expression,
    names_read,
    parse,
)
from ropeway.rules.times import times_compared

CASES = json.loads((Path(__file__).parents[1] / "corpus" / "expressions.json").read_text(encoding="utf-8"))


def expected(published):
    """What JSON cannot say: bytes, special answers, candidates."""
    match published:
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case {"special": name}:
            return Special(name)
        case {"candidates": values}:
            return Candidates(tuple(values))
        case _:
            return published


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['dialect']}: {case['expression']}")
def test_a_published_example_gives_the_published_result(case):
    evaluate = compile_expression(case["expression"], Dialect(case["dialect"])).evaluate
    if "fails" in case:
        with pytest.raises(ExpressionFailed) as failure:
            evaluate(case["attributes"])
        assert [failure.value.function, failure.value.argument] == case["fails"]
    elif "matches" in case:
        assert re.fullmatch(case["matches"], str(evaluate(case["attributes"])))
    else:
        result, wanted = evaluate(case["attributes"]), expected(case["result"])
        assert (type(result), result) == (type(wanted), wanted)


@pytest.mark.parametrize("dialect", [Dialect.CONNECT, Dialect.CLOUD])
def test_every_function_has_an_example_in_the_corpus(dialect):
    written = "\n".join(case["expression"] for case in CASES if case["dialect"] == dialect.value)
    assert [name for name in TABLES[dialect] if f"{name}(" not in written] == []


def test_every_function_is_documented_with_its_own_words():
    assert [f.name for table in TABLES.values() for f in table.values() if len(f.doc) < 20] == []


@pytest.mark.parametrize(
    ("text", "character", "reason"),
    [
        ("", 1, "expected a value"),
        ("IIF([a] = 1, 2", 15, "expected ) or a comma"),
        ("Trim([mail]", 12, "expected )"),
        ("[mail", 1, "an attribute is written [name]"),
        ("[ ]", 1, "an attribute is written [name]"),
        ('"open', 1, "not closed"),
        ("“Ada”", 1, "curly quotation mark"),
        (r'"\d"', 2, "after \\ expected"),
        ("1.5", 1, "whole number"),
        ("[a] = [b] = [c]", 11, "AND or OR between two comparisons"),
        ("[a] = = 1", 7, "expected a value"),
        ("[a] && ", 8, "found the end"),
        ("[a] [b]", 5, "expected an operator or the end"),
        ("mail", 1, "expected [mail]"),
        ("null", 1, "is written NULL"),
        ("[a] and [b]", 5, "expected an operator or the end"),
        ("trim([a])", 1, "is written Trim"),
        ("Trimm([a])", 1, "there is no function"),
        ("Trim()", 1, "does not take 0 arguments"),
        ("Trim([a], [b])", 1, "Trim(source) does not take 2 arguments"),
        ('Left([a], "two")', 11, "expected a number"),
        ('InStr("a", "b", 1, "text")', 20, "vbTextCompare"),
        ("vbTextCompare", 1, "only an argument"),
        ("%Domain.FQDM%", 1, "did you mean %Domain.FQDN%?"),
        ("100%", 4, "a parameter is written %Domain.FQDN%"),
        ("$", 1, "a variable is written $item"),
        ("1 / 2", 3, "no division"),
        ("Trim($item)", 6, "no Select, Where or With"),
        ("99999999999999999999", 1, "at most 9223372036854775807"),
        ("\x00", 1, "begins nothing that is known"),
    ],
)
def test_a_mistake_is_pointed_at_and_the_expected_is_named(text, character, reason):
    with pytest.raises(ExpressionError) as error:
        compile_expression(text)
    assert error.value.at + 1 == character
    assert reason in error.value.reason


def test_the_caret_stands_under_the_mistake():
    with pytest.raises(ExpressionError) as error:
        parse("IIF([a] = = 1, 2, 3)")
    text, caret = error.value.pointed().split("\n")
    assert text[caret.index("^")] == "="


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "Trim(" * 10_000,
        "NOT " * 10_000 + "True",
        "(" * 150 + "1" + ")" * 150,
        "-" * 101 + "1",
        " & ".join(["[a]"] * 200),
        "x" * 1_000_000,
        '"' + "\\" * 1_000_000,
        "[" * 1_000_000,
        "1 + " * 250_000 + "1",
        " " * 1_000_000,
    ],
    ids=lambda text: f"{text[:12]}… {len(text)}",
)
def test_a_monstrous_expression_is_refused_at_once(text):
    before = time.process_time()
    with pytest.raises(ExpressionError):
        compile_expression(text)
    assert time.process_time() - before < 1


def test_the_deepest_allowed_expression_works():
    text = "IIF([a] = 1, " * 98 + "1" + ", 0)" * 98
    assert compile_expression(text).evaluate({"a": 1}) == 1


def test_no_chain_of_replacements_fills_the_memory():
    text = "[a]"
    for _ in range(90):
        text = f'Replace({text}, "a", "aaaaaaaaaa")'
    with pytest.raises(ExpressionFailed, match="longer than"):
        compile_expression(text).evaluate({"a": "a"})


def test_no_list_grows_without_bound():
    with pytest.raises(ExpressionFailed, match="longer than"):
        compile_expression("Append([many], [long])").evaluate({"many": ["x"] * 10_000, "long": "y" * 100_000})


def test_the_attributes_an_expression_reads_are_known():
    tree = parse('IIF(IsPresent([mail]), [mail], [sAMAccountName] & "@" & [domainFQDN])')
    assert names_read(tree) == {"mail", "sAMAccountName", "domainFQDN"}


def test_an_attribute_compared_with_the_present_time_is_known_however_it_is_written():
    assert times_compared(parse("[accountExpires] <= [now] OR Now() > [msExchLitigationHoldDate]")) == {
        "accountExpires",
        "msExchLitigationHoldDate",
    }


def test_ignoring_a_flow_and_an_authoritative_null_are_told_apart():
    assert compile_expression("IIF(IsPresent([a]), [a], IgnoreThisFlow)").evaluate({}) is Special.IGNORE_THIS_FLOW
    assert compile_expression("AuthoritativeNull").evaluate({}) is Special.AUTHORITATIVE_NULL


def test_only_the_needed_branch_is_evaluated():
    assert compile_expression('IIF(True, 1, Error("not needed"))').evaluate({}) == 1
    assert compile_expression('Coalesce(1, Error("not needed"))').evaluate({}) == 1
    assert compile_expression("True OR [a] + 1 = 2").evaluate({"a": "x"}) is True


def test_a_security_identifier_is_read_from_its_bytes():
    sid = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770f4010000")
    text = compile_expression("StringFromSid([objectSid])").evaluate({"objectSid": sid})
    assert text == "S-1-5-21-2127521184-1604012920-1887927527-500"


@pytest.mark.parametrize("value", [b"", b"\x01\x05", b"\x02" + bytes(27), "Ada", 7, True])
def test_what_is_no_security_identifier_is_named(value):
    with pytest.raises(ExpressionFailed, match="not a security identifier"):
        compile_expression("StringFromSid([objectSid])").evaluate({"objectSid": value})
