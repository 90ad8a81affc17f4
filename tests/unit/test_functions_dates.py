"""Dates: patterns of .NET in both directions, texts in the usual forms, intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.expressions import Dialect, ExpressionError, ExpressionFailed, compile_expression
from ropeway.expressions.times import Moment
from ropeway.expressions.times.calendar import INTERVALS, added, difference
from ropeway.expressions.times.guessing import guessed
from ropeway.expressions.times.moment import FIRST, LAST, TICKS
from ropeway.expressions.times.reading import read
from ropeway.expressions.times.writing import CLOUD, written

moments = st.builds(Moment, st.integers(FIRST, LAST))
MOMENT = guessed("2009-06-15T13:45:30.6175425Z")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("d", "06/15/2009"),
        ("D", "Monday, 15 June 2009"),
        ("o", "2009-06-15T13:45:30.6175425Z"),
        ("R", "Mon, 15 Jun 2009 13:45:30 GMT"),
        ("s", "2009-06-15T13:45:30"),
        ("u", "2009-06-15 13:45:30Z"),
        ("yyyyMMddHHmmss.0Z", "20090615134530.0Z"),
        ("ddd d MMM y", "Mon 15 Jun 9"),
        ("dddd, dd MMMM yyyyy", "Monday, 15 June 02009"),
        ("h:m:s t", "1:45:30 P"),
        ("hh:mm tt", "01:45 PM"),
        ("%h", "1"),
        ("ss.fff", "30.617"),
        ("ss.FFFFFFF", "30.6175425"),
        ("HH 'o''clock'", "13 oclock"),
        ("HH \\h", "13 h"),
        ("z zz zzz K", "+0 +00 +00:00 Z"),
        ("gg", "A.D."),
        ("yyyy/MM/dd", "2009/06/15"),
    ],
)
def test_a_time_is_written_by_a_pattern(pattern, text):
    assert written(MOMENT, pattern) == text


def test_a_fraction_of_nothing_is_left_out_with_its_point():
    assert written(guessed("2009-06-15T13:45:30Z"), "HH:mm:ss.FFF") == "13:45:30"


@pytest.mark.parametrize(
    "text",
    [
        "2009-06-15T13:45:30Z",
        "2009-06-15 13:45:30",
        "2009-06-15T06:45:30-07:00",
        "2009/6/15 1:45:30 PM",
        "6/15/2009 1:45:30 pm",
        "15 June 2009 13:45:30",
        "Monday, June 15, 2009 1:45:30 PM",
        "Mon, 15 Jun 2009 13:45:30 GMT",
        "20090615134530Z",
        "20090615134530.0Z",
        "20090615154530.0+0200",
        "  2009-06-15  13:45:30  +0 ",
    ],
)
def test_a_date_is_understood_in_the_usual_forms(text):
    assert str(guessed(text)) == "2009-06-15T13:45:30Z"


@pytest.mark.parametrize(
    "text",
    ["", "Ada", "2009", "2009-02-30", "13/13/2009", "2009-06-15T25:00", "1 Jun 0000", "2009-06-15+99:00", "9" * 99],
)
def test_what_is_no_date_is_named(text):
    with pytest.raises(ExpressionFailed, match="expected a date"):
        compile_expression("CDate([a])").evaluate({"a": text})
    assert compile_expression("IsDate([a])").evaluate({"a": text}) is False


@given(moments)
def test_a_written_time_is_read_back(moment):
    assert read(written(moment, "o"), "o") == moment
    assert guessed(str(moment)) == moment
    assert guessed(written(moment, CLOUD)).ticks == moment.ticks // TICKS * TICKS
    assert read(written(moment, CLOUD), CLOUD).ticks == moment.ticks // TICKS * TICKS


@given(moments, moments)
def test_times_are_ordered_as_their_texts(one, other):
    assert (one < other) == (written(one, "o") < written(other, "o"))


@given(moments, st.sampled_from(["d", "ww", "h", "n", "s"]), st.integers(-1000, 1000))
def test_the_difference_is_what_was_added(moment, interval, count):
    try:
        then = added(interval, count, moment)
    except ValueError:
        return
    assert difference(interval, moment, then) == count


@given(moments, moments, st.sampled_from(INTERVALS))
def test_a_difference_the_other_way_round_is_the_opposite(one, other, interval):
    assert difference(interval, one, other) == -difference(interval, other, one)


@given(st.text(max_size=30), st.text("yMdHhmstfFzKg'\"\\%/:. -x", max_size=12))
def test_any_text_by_any_pattern_is_a_time_or_a_sentence(text, pattern):
    evaluate = compile_expression("FormatDateTime([text], , [pattern], [pattern])", Dialect.CLOUD).evaluate
    try:
        assert isinstance(evaluate({"text": text, "pattern": pattern}), str)
    except ExpressionFailed as failed:
        assert failed.reason  # noqa: PT017 - either is right


def test_the_last_day_of_a_month_stays_the_last_day():
    assert str(added("m", 1, guessed("2024-01-31"))) == "2024-02-29T00:00:00Z"
    assert str(added("yyyy", 1, guessed("2024-02-29"))) == "2025-02-28T00:00:00Z"


@pytest.mark.parametrize("count", [10**12, -(10**12), 2**62])
def test_no_date_leaves_the_calendar(count):
    for interval in INTERVALS:
        with pytest.raises(ExpressionFailed, match="years 1 to 9999"):
            compile_expression(f'DateAdd("{interval}", [n], CDate("2024-01-01"))').evaluate({"n": count})


def test_white_space_counts_where_the_styles_do_not_allow_it():
    text = 'FormatDateTime([a], "%s", "yyyy-MM-dd", "d")'
    spaced = {"a": " 2020-01-31 "}
    assert compile_expression(text % "AllowWhiteSpaces", Dialect.CLOUD).evaluate(spaced) == "01/31/2020"
    with pytest.raises(ExpressionFailed):
        compile_expression(text % "None", Dialect.CLOUD).evaluate(spaced)


@pytest.mark.parametrize(
    ("text", "character", "reason"),
    [
        ('FormatDateTime([a], "Sloppy", "yyyy", "yy")', 21, "no date style"),
        ('FormatDateTime([a], , "q", "yy")', 23, "no date pattern of one letter"),
        ('FormatDateTime([a], , "yyyy", "\'yy")', 31, "quotation mark that is not closed"),
        ('FormatDateTime([a], , "yyyy", "ffffffff")', 31, "at most 7 times"),
        ('DateAdd("q", 1, [a])', 9, "expected one of yyyy, m, d, ww, h, n, s"),
        ('CDate("soon")', 7, "expected a date"),
        ("CDate([a]) > Now()", 1, "compare dates with DateDiff"),
    ],
)
def test_a_date_that_can_never_be_is_refused_with_its_place(text, character, reason):
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, Dialect.CLOUD)
    assert error.value.at + 1 == character
    assert reason in error.value.reason


def test_a_time_beside_an_attribute_is_compared_as_a_time():
    evaluate = compile_expression('[whenCreated] < CDate("2020-01-01") AND Now() > [whenCreated]').evaluate
    assert evaluate({"whenCreated": "2019-12-31T23:59:59Z", "now": 133_000_000_000_000_000}) is True
    assert evaluate({"whenCreated": "2020-01-01T00:00:00Z", "now": 133_000_000_000_000_000}) is False
