"""The filter language: any text is a tree or an error with its place, and what is printed is read as it was."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.service.odata.evaluating import matches
from ropeway.service.odata.literals import earliest, microseconds
from ropeway.service.odata.parser import DEEPEST, MOST_TERMS, WORDS, parse
from ropeway.service.odata.printer import printed
from ropeway.service.odata.tokens import MOST_CHARACTERS, FilterError
from ropeway.service.odata.tree import And, Call, Compare, In, Lambda, Literal, Node, Not, Or, Path

names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True).filter(lambda n: n.lower() not in WORDS)
paths = st.lists(names, min_size=1, max_size=3).map(lambda steps: Path(tuple(steps)))
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
literals = st.one_of(
    texts.map(lambda t: Literal("text", t)),
    st.integers(-(10**12), 10**12).map(lambda n: Literal("number", str(n))),
    st.sampled_from([Literal("truth", "true"), Literal("truth", "false"), Literal("null", "null")]),
    st.datetimes().map(lambda d: Literal("time", d.isoformat(timespec="seconds") + "Z")),
    st.uuids().map(lambda u: Literal("guid", str(u))),
)
terms = st.one_of(
    paths,
    st.builds(Compare, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), paths, st.one_of(literals, paths)),
    st.builds(In, paths, st.lists(literals, min_size=1, max_size=3).map(tuple)),
    st.builds(Call, st.sampled_from(["contains", "startswith", "endswith"]), paths, literals),
    st.builds(Lambda, st.just("any"), paths, st.just(""), st.none()),
)


def _several(kind: type[And] | type[Or], inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(inner.filter(lambda node: not isinstance(node, kind)), min_size=2, max_size=3)
    return parts.map(lambda found: kind(tuple(found)))


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    quantified = st.builds(Lambda, st.sampled_from(["any", "all"]), paths, names, inner)
    return st.one_of(inner.map(Not), _several(And, inner), _several(Or, inner), quantified)


trees = st.recursive(terms, _larger, max_leaves=12)


@given(trees)
def test_what_is_printed_is_read_as_the_same_tree(tree: Node) -> None:
    assert parse(printed(tree)) == tree


pieces = st.sampled_from(
    [
        "eq",
        "and",
        "or",
        "not",
        "in",
        "(",
        ")",
        ",",
        "/",
        ":",
        "'a'",
        "'",
        "1",
        "x",
        "any",
        "contains",
        "null",
        " ",
        "2026-",
    ]
)


@given(
    st.one_of(
        st.text(max_size=60), st.lists(pieces, max_size=20).map(" ".join), st.lists(pieces, max_size=20).map("".join)
    )
)
@settings(max_examples=400)
def test_any_text_is_a_tree_or_an_error_with_its_place(text: str) -> None:
    found = read(text)
    if isinstance(found, FilterError):
        assert 0 <= found.at <= len(text)
        assert str(found.at) in str(found)
    else:
        assert parse(printed(found)) == found


def read(text: str) -> Node | FilterError:
    try:
        return parse(text)
    except FilterError as error:
        return error


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        ("(" * 5000, f"more than {DEEPEST} levels"),
        ("not " * 2000, f"more than {DEEPEST} levels"),
        ("x/any(x:" * 900, f"more than {DEEPEST} levels"),
        ("a/" * 4000 + "b", "steps"),
        ("a eq 1 or " * 800 + "a eq 1", f"more than {MOST_TERMS} terms"),
        (f"a in ({', '.join('1' * 1500)})", f"more than {MOST_TERMS} terms"),
        ("a" * (MOST_CHARACTERS + 1), "characters"),
        ("'" * 8191, "unterminated"),
    ],
)
def test_no_filter_is_a_bomb(bomb: str, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(FilterError, match=reason):
        parse(bomb)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("displayName eq", "the end where a property or a value is expected at position 14"),
        ("eq 'a'", "“eq” where a property or a value is expected at position 0"),
        ("displayName eq 'O'Brien'", "an unterminated string literal at position 23"),
        ("displayName eq 'a", "an unterminated string literal at position 15"),
        ("(a eq 1", "the end where `)` is expected at position 7"),
        ("contains(a, b)", "contains takes a property and a value at position 0"),
        ("a eq 1 && b eq 2", "an unexpected character '&' at position 7"),
        ("'a'", "the end where a comparison is expected at position 3"),
    ],
)
def test_an_error_says_what_was_expected_where(text: str, says: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse(text)
    assert str(refused.value).endswith(says)


def test_and_binds_more_tightly_than_or_and_not_more_than_both() -> None:
    a, b, c = (Compare("eq", Path((name,)), Literal("number", "1")) for name in "abc")
    assert parse("a eq 1 or b eq 1 and not c eq 1") == Or((a, And((b, Not(c)))))
    assert parse("(a eq 1 OR b eq 1) AND c eq 1") == And((Or((a, b)), c))


PERSON = {"displayName": "Zoë", "age": 7, "enabled": True, "mail": None, "manager": {"id": "m-1"}, "phones": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("displayName eq 'Zoë'", True),
        ("DISPLAYNAME eq 'Zoë'", True),
        ("displayName eq 'zoë'", False),
        ("startsWith(displayName,'Z') and age ge 7", True),
        ("7 lt age", False),
        ("enabled", True),
        ("not enabled", False),
        ("mail eq null", True),
        ("not (mail eq 'a')", True),
        ("mail ne 'a'", True),
        ("contains(mail,'a')", False),
        ("manager/id in ('m-0', 'm-1')", True),
        ("phones/any(p:p eq '2')", True),
        ("phones/all(p:p eq '2')", False),
        ("phones/any()", True),
    ],
)
def test_a_filter_says_whether_a_person_passes(text: str, passes: bool) -> None:
    assert matches(parse(text), PERSON) is passes


@given(st.floats(0, 4e9))
def test_a_stored_time_lies_between_the_bounds_of_the_microsecond_it_is_shown_as(seconds: float) -> None:
    shown = microseconds(seconds)
    assert earliest(shown) <= seconds < earliest(shown + 1)
    assert microseconds(earliest(shown)) == shown > microseconds(math.nextafter(earliest(shown), -math.inf))
