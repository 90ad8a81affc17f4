"""docs/functions: a page for each function, made from its docstring, and a list of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ropeway.expressions.dialect import Dialect
from ropeway.expressions.functions import FAMILIES, TABLES, Function
from ropeway.expressions.functions.function import Parameter

HEAD = """# Functions of the mapping language

Made from the docstrings by `scripts/write-functions`; a test fails where it is behind them. The language itself is in
[schemas](../schema.md#expressions).

A dialect is a property of the schema: `connect` is Entra Connect Sync's, `cloud` is Entra Cloud Sync's and application
provisioning's, `ropeway` is both. Where the two differ, `ropeway` has Connect's function, or tells them apart by the
number of arguments.
"""

_PUBLISHED = {
    Dialect.CONNECT: "reference-connect-sync-functions-reference",
    Dialect.CLOUD: "functions-for-customizing-application-data",
}
_KINDS = {
    "text": "a text",
    "number": "a whole number",
    "truth": "True or False",
    "time": "a date",
    "binary": "a binary value",
    "compare": "`vbTextCompare`, `vbBinaryCompare`, `CaseInsensitive` or `CaseSensitive`",
    "encoding": "`Unicode`, `UTF8` or `ASCII`",
    "any": "a value",
    "whole": "an attribute with all its values",
    "lazy": "a value or an expression",
    "literal": "a text that is written out, in quotation marks",
    "variable": "a name of your own, such as `$item`",
}
_RESULTS = {
    "text": "a text",
    "number": "a whole number",
    "truth": "True or False",
    "time": "a time; as the value of an attribute in ISO 8601, UTC",
    "binary": "a binary value",
    "any": "a value of any type",
    "texts": "several texts",
    "many": "several values",
    "first": "what the first argument is",
    "branches": "one of its arguments",
}


def pages() -> dict[str, str]:
    """File name to text."""
    found = {f"{name}.md": _page(name, family) for family, names in _families().items() for name in names}
    return {"README.md": _list(), **found}


def _families() -> dict[str, list[str]]:
    return {family: sorted({f.name for f in functions}, key=str.lower) for family, functions in FAMILIES.items()}


def _list() -> str:
    lines = [HEAD]
    for family, names in _families().items():
        lines += [f"## {family}", "", "| function | dialects | is |", "|---|---|---|"]
        for name in names:
            first = next(iter(_versions(name)))
            dialects = ", ".join(dialect.value for dialect in Dialect if name in TABLES[dialect])
            lines.append(f"| [{name}]({name}.md) | {dialects} | {_first_sentence(first.doc)} |")
        lines.append("")
    return "\n".join(lines)


def _first_sentence(doc: str) -> str:
    first = " ".join(doc.split("\n\n")[0].split())
    return first.split(". `")[0].rstrip(".").replace("|", "\\|") + "."


def _versions(name: str) -> Mapping[Function, list[str]]:
    """What the name means, and in which dialects."""
    found: dict[Function, list[str]] = {}
    for dialect, table in TABLES.items():
        if name in table:
            for one in table[name].overloads or (table[name],):
                found.setdefault(one, []).append(dialect.value)
    return found


def _page(name: str, family: str) -> str:
    versions = _versions(name)
    parts = [f"# {name}", "", f"{family}; see [all functions](README.md)."]
    for function, dialects in versions.items():
        parts += ["", f"## {_heading(dialects)}", "", *_version(function)]
    published = [page for dialect, page in _PUBLISHED.items() if name in TABLES[dialect]]
    parts += ["", f"Published as: {', '.join(published)}." if published else "Not published elsewhere."]
    return "\n".join(parts) + "\n"


def _heading(dialects: list[str]) -> str:
    if len(dialects) == len(Dialect):
        return "In every dialect"
    return f"In the dialect {dialects[0]}" if len(dialects) == 1 else f"In the dialects {' and '.join(dialects)}"


def _version(function: Function) -> Iterator[str]:
    yield f"    {function.signature}"
    yield ""
    yield function.doc
    if function.parameters:
        yield ""
        yield "| argument | is |"
        yield "|---|---|"
        for parameter in function.parameters:
            yield f"| {parameter.name} | {_described(parameter)} |"
    yield ""
    yield f"Answers {_RESULTS[function.result]}."
    if function.changes:
        yield ""
        yield "**Changes by itself**: use it only for attributes that are written when an object is created."
    if _spreads(function):
        yield ""
        yield "Given an attribute with several values, it works on each of them."


def _described(parameter: Parameter) -> str:
    what = _KINDS[parameter.wants or parameter.kind]
    if parameter.kind == "whole" and parameter.wants:
        what = f"an attribute with all its values, each {what}"
    return (
        what + ("" if parameter.required else "; may be left out") + ("; may be repeated" if parameter.repeats else "")
    )


def _spreads(function: Function) -> bool:
    kinds = {parameter.kind for parameter in function.parameters}
    return bool(kinds & {"text", "number", "truth", "time", "any"}) and "whole" not in kinds and not function.builds
