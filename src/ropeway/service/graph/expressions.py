"""Expressions as Graph takes them apart (attributeMappingSource), and parseExpression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ropeway.expressions import (
    TABLES,
    Dialect,
    ExpressionError,
    ExpressionFailed,
    Node,
    compile_expression,
    parse,
    printed,
)
from ropeway.expressions.tree import Attribute, Call, Literal
from ropeway.rules.schema import MappingSource
from ropeway.service.graph.on_demand import told_value
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import body_invalid

Json = dict[str, Any]
LONGEST = 20_000
"""Characters of an expression."""


def source_value(source: MappingSource, dialect: str) -> Json:
    """Where a value comes from, with the expression written out and taken apart."""
    match source.type:
        case "Attribute":
            return _made("Attribute", source.name, f"[{source.name}]")
        case "Constant":
            return _made("Constant", source.name, printed(Literal(source.name), Dialect(dialect)))
        case "Function":
            try:
                return source_of(parse(source.expression, Dialect(dialect)), Dialect(dialect)) | {
                    "expression": source.expression
                }
            except ExpressionError:
                return _made("Function", source.name, source.expression)


def source_of(node: Node, dialect: Dialect) -> Json:
    """A parsed expression as Graph shows it: functions with their parameters by name, operators in one piece."""
    text = printed(node, dialect)
    match node:
        case Attribute(name):
            return _made("Attribute", name, text)
        case Literal(value):
            return _made("Constant", str(value), text)
        case Call(name, arguments):
            names = _parameters(name, len(arguments), dialect)
            pairs = zip(names, arguments, strict=True)
            return _made("Function", name, text, [{"key": key, "value": source_of(one, dialect)} for key, one in pairs])
        case _:
            return _made("Function", "", text)


def _made(kind: str, name: str, expression: str, parameters: list[Json] | None = None) -> Json:
    return {"type": kind, "name": name, "expression": expression, "parameters": parameters or []}


def _parameters(function: str, count: int, dialect: Dialect) -> list[str]:
    """Names of so many arguments; the last ones repeat."""
    found = TABLES[dialect].get(function)
    names = [parameter.name for parameter in found.parameters] if found else []
    return [names[min(at, len(names) - 1)] if names else f"argument{at + 1}" for at in range(count)]


class Pair(Body, frozen=True):
    """Graph's stringKeyObjectValuePair."""

    key: str
    value: Any = None


class InputObject(Body, frozen=True):
    """Graph's expressionInputObject: an object to try the expression on."""

    definition: Json | None = None
    properties: tuple[Pair, ...] = ()


class ParseBody(Body, frozen=True):
    """What parseExpression is asked."""

    expression: str
    test_input_object: InputObject | None = None
    target_attribute_definition: Json | None = None


def parsed(body: ParseBody, dialect: str) -> Json:
    """Graph's parseExpressionResponse: whether the text is an expression, and what it makes of the test object."""
    if len(body.expression) > LONGEST:
        raise body_invalid("expression", f"it has more than {LONGEST:,} characters")
    answer: Json = {"parsingSucceeded": False, "evaluationSucceeded": False, "evaluationResult": [], "error": None}
    try:
        made = compile_expression(body.expression.strip().removeprefix("="), Dialect(dialect))
    except ExpressionError as error:
        message = f"{error}{_elsewhere(body.expression, dialect)}"
        return answer | {"parsedExpression": None, "error": _error("InvalidExpression", message, body.expression)}
    answer |= {"parsingSucceeded": True, "parsedExpression": source_of(made.tree, Dialect(dialect))}
    if body.test_input_object is None:
        return answer
    try:
        found = made.evaluate(_attributes(body.test_input_object))
    except ExpressionFailed as error:
        return answer | {"error": _error("EvaluationFailed", str(error), error.function)}
    return answer | {"evaluationSucceeded": True, "evaluationResult": _told(found)}


def _elsewhere(text: str, dialect: str) -> str:
    """Which other dialects read an expression, such as one that comes from Entra Cloud Sync."""
    others = [one.value for one in Dialect if one.value != dialect and _reads(text, one)]
    return f". Schemas of the dialect {' or '.join(others)} have it; this one is of {dialect}" if others else ""


def _reads(text: str, dialect: Dialect) -> bool:
    try:
        compile_expression(text.strip().removeprefix("="), dialect)
    except ExpressionError:
        return False
    return True


def _error(code: str, message: str, target: str) -> Json:
    return {"code": code, "message": message, "target": target[:200], "details": [], "innerError": None}


def _attributes(test: InputObject) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in test.properties:
        if pair.value is None or pair.value == []:
            continue
        if isinstance(pair.value, dict | float):
            raise body_invalid(f"testInputObject {pair.key}", "a value is a text, a whole number, a truth or a list")
        found[pair.key] = pair.value
    return found


def _told(value: Any) -> list[str]:
    if value is None:
        return []
    many: Sequence[Any] = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else [value]
    return [told_value(one if isinstance(one, str | int | bool | bytes) else str(one)) or "" for one in many]
