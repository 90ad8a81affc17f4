"""Laws of the mapping language."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.expressions import (
    TABLES,
    Candidates,
    Dialect,
    ExpressionError,
    ExpressionFailed,
    Special,
    compile_expression,
    compile_tree,
    parse,
    printed,
    walk,
)
from ropeway.expressions.tree import (
    PARAMETERS,
    Attribute,
    Binary,
    Call,
    Constant,
    Literal,
    Omitted,
    Parameter,
    Unary,
    Variable,
)

NAMES = ("mail", "sn", "proxyAddresses", "userAccountControl", "msDS-Thing", "now", "domainFQDN")
WORDS = {"compare": ("vbTextCompare", "CaseInsensitive"), "encoding": ("UTF8", "ASCII", "Unicode")}
OPERATORS = {
    Dialect.ROPEWAY: ("OR", "AND", "=", "<>", "<", "<=", ">", ">=", "&", "+", "-", "*"),
    Dialect.CONNECT: ("OR", "AND", "=", "<>", "<", "<=", ">", ">=", "&", "+", "-", "*"),
    Dialect.CLOUD: ("=", "<>", "<", "<=", ">", ">=", "&"),
}
TEXTS = (
    "2021-06-30+08:00",
    "yyyy-MM-dd",
    "d",
    "DC",
    "cn=Joe,ou=Sales",
    "(?<a>x*)|b",
    "a",
    "True",
    "ö:oe",
    "tr-TR",
    "\ud800",
)

texts = st.text(max_size=8) | st.sampled_from(TEXTS)
leaves = st.one_of(
    st.builds(Literal, texts | st.integers(0, 2**63 - 1) | st.booleans()),
    st.builds(Constant, st.sampled_from(("NULL", "CRLF", "IgnoreThisFlow", "AuthoritativeNull"))),
    st.builds(Attribute, st.sampled_from(NAMES)),
    st.builds(Parameter, st.sampled_from(sorted(PARAMETERS))),
    st.builds(Variable, st.sampled_from(("item", "other"))),
)


@st.composite
def calls(draw, parts, dialect):
    function = TABLES[dialect][draw(st.sampled_from(sorted(TABLES[dialect])))]
    function = draw(st.sampled_from(function.overloads)) if function.overloads else function
    most = function.least + 2 if function.parameters and function.parameters[-1].repeats else len(function.parameters)
    arguments = []
    for place in range(draw(st.integers(function.least, most))):
        parameter = function.parameter(place)
        if not parameter.required and place and dialect is not Dialect.CONNECT and draw(st.booleans()):
            arguments.append(Omitted())
        else:
            arguments.append(draw(argument(parameter.kind, parts)))
    return Call(function.name, tuple(arguments))


def argument(kind, parts):
    if kind in WORDS:
        return st.builds(Constant, st.sampled_from(WORDS[kind]))
    if kind == "variable":
        return st.builds(Variable, st.sampled_from(("item", "other")))
    return st.builds(Literal, texts) if kind == "literal" else parts


@cache
def trees(dialect):
    def nodes(parts):
        found = [calls(parts, dialect), st.builds(Binary, st.sampled_from(OPERATORS[dialect]), parts, parts)]
        signs = ("NOT", "-") if dialect is Dialect.ROPEWAY else ("-",)
        return st.one_of(*found, st.builds(Unary, st.sampled_from(signs), parts))

    return st.recursive(leaves, nodes, max_leaves=12)


written = st.sampled_from(Dialect).flatmap(lambda dialect: st.tuples(st.just(dialect), trees(dialect)))
scalars = (
    st.text(max_size=12)
    | st.sampled_from(TEXTS)
    | st.integers(-(2**70), 2**70)
    | st.booleans()
    | st.binary(max_size=30)
)
values = scalars | st.lists(scalars, min_size=1, max_size=3)
objects = st.dictionaries(st.sampled_from(NAMES), values)


@given(written)
def test_what_is_printed_is_parsed_back_to_the_same(written):
    dialect, tree = written
    assert parse(printed(tree, dialect), dialect) == tree


@given(written)
def test_printing_is_canonical(written):
    dialect, tree = written
    assert printed(parse(printed(tree, dialect), dialect), dialect) == printed(tree, dialect)


def compiled(written):
    dialect, tree = written
    try:
        return compile_tree(tree, dialect)
    except ExpressionError:
        return lambda attributes: None


def answer(evaluate, attributes):
    try:
        return evaluate(attributes)
    except ExpressionFailed as failure:
        return (failure.function, failure.argument, str(failure.value), failure.reason)


@settings(max_examples=400)
@given(written, objects)
def test_any_object_gives_a_value_or_a_named_failure(written, attributes):
    result = answer(compiled(written), attributes)
    assert result is None or isinstance(result, (str, int, bytes, list, tuple, Special, Candidates))
    assert not isinstance(result, list) or (result and None not in result)


@given(written, objects)
def test_evaluating_twice_is_the_same_and_changes_nothing(written, attributes):
    dialect, tree = written
    if any(TABLES[dialect][n.function].changes for n, _ in walk(tree) if isinstance(n, Call) and n.function != "Now"):
        return
    evaluate = compiled(written)
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
    "$item",
    "Select($item,",
    "%Domain.FQDN%",
    "%",
    "-",
    "1",
    " ",
    "[",
)


def mistake_in(text, dialect):
    try:
        compile_expression(text, dialect)
    except ExpressionError as error:
        return error
    return None


@given(st.lists(st.sampled_from(fragments) | st.text(max_size=3), max_size=30).map("".join), st.sampled_from(Dialect))
def test_any_text_is_an_expression_or_a_pointed_mistake(text, dialect):
    mistake = mistake_in(text, dialect)
    assert mistake is None or (0 <= mistake.at <= len(text) and mistake.reason and mistake.pointed())


@given(st.text(max_size=20), st.integers(-3, 25))
def test_left_and_the_rest_make_the_whole(text, count):
    object_ = {"text": text, "count": count}
    left = compile_expression("Left([text], [count])").evaluate(object_)
    if 0 < count < len(text):
        assert left + compile_expression("Mid([text], [count] + 1)").evaluate(object_) == text
    else:
        assert left in ("", text)


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=5))
def test_a_function_of_a_list_is_the_function_of_each_value(values):
    together = compile_expression("UCase([values])").evaluate({"values": values})
    assert together == [compile_expression("UCase([one])").evaluate({"one": one}) for one in values]
