"""No expression hangs or fills the memory, whatever it works on."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from ropeway.expressions import Dialect, ExpressionError, ExpressionFailed, compile_expression

MANY = [str(number) for number in range(10_000)]
LONG = "x" * 900_000


def nested(depth):
    text = "1"
    for level in range(depth):
        text = f"Count(Select($v{level}, [many], {text}))"
    return text


@pytest.mark.parametrize(
    "text",
    [
        nested(2),
        nested(5),
        'With($t, PadLeft("x", 1000000, "a"), Count(Select($i, [many], InStr($t, $i))))',
        'Select($i, [many], Len(PadLeft($i, 1000000, "a")))',
        "Select($i, [many], Count(Where($j, [many], $i = $j)))",
        'With($t, PadLeft("x", 16000, "a"), Count(Select($i, [many], Replace($t, , "(.)", , ""))))',
        'Count(Replace([texts], , "(.)", , ""))',
        " & ".join(["[long]"] * 99),
        "Append([long], Append([long], [long]))",
        'PadLeft("x", 99999999999, "a")',
        'PadLeft([many], 1000000, "a")',
        'Split(PadLeft("x", 1000000, ","), ",")',
        'Join(Split(PadLeft("x", 60000, ","), ","), [long])',
        "ReplaceChars([long], [chars])",
        'Replace([long], "x", [long])',
        "NormalizeDiacritics([sharp])",
        "EscapeDNComponent([commas])",
        "ConvertToUTF8Hex([long])",
        "ConvertToBase64([long])",
        "Trim([huge])",
    ],
    ids=lambda text: text[:60],
)
def test_too_much_work_is_a_named_failure_in_little_time_and_memory(text):
    evaluate = compile_expression(text).evaluate
    attributes = {
        "many": MANY,
        "long": LONG,
        "chars": "x:" + LONG,
        "sharp": "ß" * 900_000,
        "commas": "," * 900_000,
        "huge": ["x"] * 70_000,
        "texts": ["x" * 16_000] * 100,
    }
    before = time.process_time()
    with pytest.raises(ExpressionFailed, match=r"longer than|too much work|more than 65536"):
        evaluate(attributes)
    assert time.process_time() - before < 5


def test_a_long_expression_without_variables_is_metered_as_well():
    text = " & ".join(f'Left(Replace(Replace([long], "x", "y"), "y", "z"), {n})' for n in range(1, 91))
    before = time.process_time()
    with pytest.raises(ExpressionFailed, match="too much work"):
        compile_expression(text).evaluate({"long": LONG})
    assert time.process_time() - before < 5


def test_parts_within_parts_are_checked_once_however_deep():
    text = "[long]"
    for level in range(60):
        text = f"With($v{level}, {text}, $v{level} & $v{level})"
    before = time.process_time()
    with pytest.raises(ExpressionFailed, match="longer than"):
        compile_expression(text).evaluate({"long": LONG})
    assert time.process_time() - before < 1


def test_the_budget_is_the_same_for_every_evaluation():
    evaluate = compile_expression("Select($i, [many], Left($i, 1) & $i)").evaluate
    answers = [evaluate({"many": MANY}) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


def test_a_pattern_needs_little_memory():
    text = 'Replace([a], , "((a{1,30}){1,30}){1,30}", , "")'
    tracemalloc.start()
    with pytest.raises(ExpressionError, match="cannot be used"):
        compile_expression(text)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(
    "text",
    [
        "Select($x,[a]," * 5_000,
        "With($x,1," * 90 + "$x" + ")" * 90 + "(",
        "IIF(," * 5_000,
        "f(" + "," * 10_000 + ")",
        "%" * 16_000,
        "$" * 16_000,
        "[a]" + "*-" * 8_000,
        '"' + '""' * 8_000,
        "&H" * 8_000,
        "&&" * 8_000,
        "= <> < > <= >= & + - * " * 600,
        'Replace([a], , "' + "(" * 10_000 + '", , "")',
        'Replace([a], , "' + "[" * 10_000 + '", , "")',
        'Replace([a], , "' + "(?<" * 3_000 + '", , "")',
        "Trim(" * 3_000 + ")" * 3_000,
        'CDate("' + "1" * 10_000 + '")',
        'FormatDateTime([a], "' + "y" * 10_000 + '")',
        "Nothing" * 2_000 + "([a])",
    ],
    ids=lambda text: text if isinstance(text, Dialect) else f"{text[:20]}… {len(text)}",
)
def test_a_monstrous_expression_is_refused_at_once_in_every_dialect(text, dialect):
    before = time.process_time()
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, dialect)
    assert time.process_time() - before < 1
    assert error.value.reason
    assert len(error.value.reason) < 600
