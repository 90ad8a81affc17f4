"""The pages of the functions say what the functions do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ropeway.expressions import TABLES, Dialect, compile_expression
from ropeway.expressions.reference import pages

DOCS = Path(__file__).parents[2] / "docs" / "functions"
FUNCTIONS = [
    ((*f.dialects, d)[0], f) for d, table in TABLES.items() for one in table.values() for f in one.overloads or (one,)
]
EXAMPLES = [
    (dialect, re.sub(r"\s+", " ", example))
    for dialect, function in FUNCTIONS
    for example in re.findall(r"`([^`]+)`", function.doc)
    if "(" in example and "…" not in example
]
RESULTS = [
    (dialect, re.sub(r"\s+", " ", example), result)
    for dialect, function in FUNCTIONS
    for example, result in re.findall(
        r"`([^`\[]+\))`\s+(?:gives|is)\s+(\"[^\"]*\"|-?\d+(?=[,.;]? )|True|False)", function.doc
    )
]


def test_the_pages_of_the_functions_are_current():
    assert {page.name: page.read_text(encoding="utf-8") for page in DOCS.glob("*.md")} == pages(), (
        "run scripts/write-functions"
    )


@pytest.mark.parametrize(("dialect", "example"), EXAMPLES, ids=lambda value: getattr(value, "value", value))
def test_an_example_in_the_documentation_is_an_expression(dialect, example):
    wanted = Dialect.CLOUD if "SelectUniqueValue" in example else dialect
    assert compile_expression(example, wanted).tree


@pytest.mark.parametrize(("dialect", "example", "result"), RESULTS, ids=lambda value: getattr(value, "value", value))
def test_an_example_in_the_documentation_gives_what_it_says(dialect, example, result):
    said = json.loads(result.lower() if result in ("True", "False") else result)
    assert compile_expression(example, dialect).evaluate({}) == said
