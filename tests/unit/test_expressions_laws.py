"""Laws of the mapping language."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ropeway.expressions import (
    TABLE,
    ExpressionError,
    ExpressionFailed,
    Special,
    compile_expression,
    compile_tree,
    parse,
    printed,
)
from ropeway.expressions.tree import Attribute, Binary, Call, Constant, Literal, Unary

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may slow the machine

NAMES = ("mail", "sn", "proxyAddresses", "userAccountControl", "msDS-Thing", "now")

leaves = st.one_of(
    st.builds(Literal, st.text(max_size=8) | st.integers(0, 2**63 - 1) | st.booleans()),
    st.builds(Constant, st.sampled_from(("NULL", "CRLF", "IgnoreThisFlow", "AuthoritativeNull"))),
    st.builds(Attribute, st.sampled_from(NAMES)),
)
operators = st.sampled_from(("OR", "AND", "=", "<>", "<", "<=", ">", ">=", "&", "+", "-"))


@st.composite
def calls(draw, parts):
    function = TABLE[draw(st.sampled_from(sorted(TABLE)))]
    least = sum(1 for parameter in function.parameters if parameter.required)
    most = least + 2 if function.parameters[-1].repeats else len(function.parameters)
    arguments = []
    for place in range(draw(st.integers(least, most))):
        words = st.builds(Constant, st.sampled_from(("vbTextCompare", "vbBinaryCompare", "CaseInsensitive")))
        arguments.append(draw(words if function.parameter(place).kind == "compare" else parts))
    return Call(function.name, tuple(arguments))


trees = st.recursive(
    leaves,
    lambda parts: st.one_of(
        calls(parts),
        st.builds(Binary, operators, parts, parts),
        st.builds(Unary, st.sampled_from(("NOT", "-")), parts),
    ),
    max_leaves=12,
)
scalars = st.text(max_size=12) | st.integers(-(2**70), 2**70) | st.booleans() | st.binary(max_size=30)
values = scalars | st.lists(scalars, min_size=1, max_size=3)
objects = st.dictionaries(st.sampled_from(NAMES), values)


@law
@given(trees)
def test_what_is_printed_is_parsed_back_to_the_same(tree):
    assert parse(printed(tree)) == tree


@law
@given(trees)
def test_printing_is_canonical(tree):
    assert printed(parse(printed(tree))) == printed(tree)


def answer(evaluate, attributes):
    try:
        return evaluate(attributes)
    except ExpressionFailed as failure:
        return (failure.function, failure.argument, str(failure.value), failure.reason)


@law
@given(trees, objects)
def test_any_object_gives_a_value_or_a_named_failure(tree, attributes):
    try:
        evaluate = compile_tree(tree)
    except ExpressionError:
        return
    result = answer(evaluate, attributes)
    assert result is None or isinstance(result, (str, int, bytes, list, tuple, Special))
    assert not isinstance(result, list) or (result and None not in result)


@law
@given(trees, objects)
def test_evaluating_twice_is_the_same_and_changes_nothing(tree, attributes):
    try:
        evaluate = compile_tree(tree)
    except ExpressionError:
        return
    before = repr(attributes)
    assert repr(answer(evaluate, attributes)) == repr(answer(evaluate, attributes))
    assert repr(attributes) == before


fragments = (
    "IIF(",
    "Trim(",
    ")",
    ",",
    "[mail]",
    '"',
    "\\",
    "=",
    "<>",
    "&&",
    "||",
    "NOT ",
    "&HFF",
    "&H",
    "-",
    "1",
    " ",
    "[",
)


def mistake_in(text):
    try:
        compile_expression(text)
    except ExpressionError as error:
        return error
    return None


@law
@given(st.lists(st.sampled_from(fragments) | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_is_an_expression_or_a_pointed_mistake(text):
    mistake = mistake_in(text)
    assert mistake is None or (0 <= mistake.at <= len(text) and mistake.reason and mistake.pointed())


@law
@given(st.text(max_size=20), st.integers(-3, 25))
def test_left_and_the_rest_make_the_whole(text, count):
    object_ = {"text": text, "count": count}
    left = compile_expression("Left([text], [count])").evaluate(object_)
    if 0 < count < len(text):
        assert left + compile_expression("Mid([text], [count] + 1)").evaluate(object_) == text
    else:
        assert left in ("", text)


@law
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=5))
def test_a_function_of_a_list_is_the_function_of_each_value(values):
    together = compile_expression("ToUpper([values])").evaluate({"values": values})
    assert together == [compile_expression("ToUpper([one])").evaluate({"one": one}) for one in values]
