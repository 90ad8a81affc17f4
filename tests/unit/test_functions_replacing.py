"""Replace: regular expressions of .NET on an engine that cannot hang."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.expressions import Dialect, ExpressionError, ExpressionFailed, compile_expression
from ropeway.expressions.printer import printed
from ropeway.expressions.tree import Attribute, Call, Literal, Omitted


def replace(source, pattern, replacement, group=None):
    middle = Omitted() if group is None else Literal(group)
    tree = Call("Replace", (Attribute("a"), Omitted(), Literal(pattern), middle, Literal(replacement)))
    return compile_expression(printed(tree, Dialect.CLOUD), Dialect.CLOUD).evaluate({"a": source})


@pytest.mark.parametrize(
    ("source", "pattern", "replacement", "result"),
    [
        ("Ångström 42", r"\w", "", " "),
        ("٤٢ and 42", r"\d", "#", "## and ##"),
        ("a\u00a0b\u2003c", r"\s", "", "abc"),
        ("a-b c", r"\W", "_", "a_b_c"),
        ("é-!", r"[\w-]", "", "!"),
        ("a1 b2", r"[^\d\s]", "", "1 2"),
        ("a b", r"[\S]", "x", "x x"),
        ("a b", r"[\W]", "x", "axb"),
        ("aä", r"\u00e4", "", "a"),
        ("a]b", "[]a]", "", "b"),
        ("John Smith", r"(?<first>\w+) (?<last>\w+)", "${last}, ${first}", "Smith, John"),
        ("John Smith", r"(?'first'\w+) (\w+)", "$2 $1 $0 $$ $&", "Smith John John Smith $ John Smith"),
        ("price", "price", "5 $", "5 $"),
        ("aAbB", "(?i)a|B", "", ""),
        ("ab\nc", "^b|c$", "x", "ab\nx"),
        ("ab\nc", "(?m)b$", "x", "ax\nc"),
        ("abc", "", "-", "-a-b-c-"),
        ("😀a😀", "a", "b", "😀b😀"),
    ],
)
def test_a_regular_expression_means_what_it_means_in_net(source, pattern, replacement, result):
    assert replace(source, pattern, replacement) == result


def test_only_what_the_group_matched_is_replaced():
    assert replace("x1 y2", r"[a-z](?<digit>\d)", "#", "digit") == "x# y#"
    assert replace("ab", "(?<x>a)|b", "-", "x") == "-b"


@pytest.mark.parametrize(
    ("pattern", "place", "reason"),
    [
        (r"a(?=b)", 2, "looking ahead"),
        (r"(?!b)a", 1, "looking ahead"),
        (r"(?<=b)a", 1, "looking back"),
        (r"(?<!b)a", 1, "looking back"),
        (r"(a)\1", 4, "a reference to what a group matched"),
        (r"(?<x>a)\k<x>", 8, r"\k is not supported"),
        (r"(?>a)b", 1, "gives nothing back"),
        (r"(?(a)b|c)", 1, "a condition"),
        (r"[a-z-[aeiou]]", 6, "taking one class"),
        (r"(?x)a", 1, "a group of this kind"),
        (r"a\C", 2, r"\C is not supported"),
        ("(a", 1, "cannot be used"),
        ("a**", 1, "cannot be used"),
        ("((a{100}){100}){100}", 1, "cannot be used"),
        ("a" * 2001, 2001, "at most 2000 characters"),
        ("a\\", 2, "ends with"),
    ],
)
def test_what_no_linear_engine_can_do_is_refused_with_its_place(pattern, place, reason):
    with pytest.raises(ExpressionError) as error:
        replace("", pattern, "")
    assert f"character {place} of the pattern" in error.value.reason
    assert reason in error.value.reason


@pytest.mark.parametrize(
    "pattern", ["(a*)*$", "(a+)+b", "(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)b", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_a_catastrophic_pattern_is_harmless(pattern):
    before = time.process_time()
    replace("a" * 16_000 + "!", pattern, "")
    assert time.process_time() - before < 1


def test_a_text_too_long_for_a_regular_expression_is_named():
    with pytest.raises(ExpressionFailed, match="at most 16384 characters"):
        replace("a" * 16_385, "a", "")


def test_a_group_that_does_not_exist_is_refused():
    with pytest.raises(ExpressionError, match="no group name"):
        replace("", "a", "${name}")
    with pytest.raises(ExpressionError, match="no group name"):
        replace("", "a", "", "name")


@pytest.mark.parametrize(
    "text",
    [
        'Replace([a], "x", , )',
        'Replace([a], , "x", , , , )',
        'Replace([a], "x", "y", , "z", , )',
        'Replace([a], , , "g", "z", , )',
        'Replace([a], , [pattern], , "z", , )',
    ],
)
def test_arguments_that_make_no_sense_together_are_refused(text):
    with pytest.raises(ExpressionError, match="expected"):
        compile_expression(text, Dialect.CLOUD)


@given(st.text("ab(?<x>)[]{}*+|\\dwsk1^$.-,", max_size=12), st.text(max_size=8), st.text("a$1{x}&", max_size=6))
def test_any_pattern_replaces_or_is_refused_with_a_sentence(pattern, source, replacement):
    try:
        assert isinstance(replace(source, pattern, replacement), str)
    except (ExpressionError, ExpressionFailed) as refused:
        assert refused.reason  # noqa: PT017 - either is right


@given(st.text(max_size=20), st.text(min_size=1, max_size=2), st.text(max_size=3))
def test_replacing_a_text_is_what_a_pattern_of_it_does(source, old, new):
    escaped = "".join(f"\\{char}" if char.isascii() and not char.isalnum() else char for char in old)
    plain = compile_expression("Replace([a], [old], [new])").evaluate({"a": source, "old": old, "new": new})
    assert replace(source, escaped, new.replace("$", "$$")) == plain
