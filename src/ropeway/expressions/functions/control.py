"""Functions that decide which of their arguments is the answer, or that there is none.

They are builders: from the closures of their arguments they make, once, the closure that answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ropeway.expressions.dialect import CLOUD, CONNECT, EVERY, NOT_CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, lazy, literal, text
from ropeway.expressions.functions.logic import is_empty
from ropeway.expressions.spreading import Closure, on_each, spread, whole
from ropeway.expressions.tree import Node
from ropeway.expressions.values import MANY, Candidates, Special, as_text, as_truth


def _chosen(condition: Any, if_true: Any, if_false: Any) -> Any:
    return if_true if as_truth(condition, "IIF", "condition") else if_false


@function(
    "IIF",
    lazy("condition", wants="truth"),
    lazy("ifTrue", branch=True),
    lazy("ifFalse", branch=True),
    builds=True,
    result="branches",
)
def iif(condition: Closure, if_true: Closure, if_false: Closure) -> Closure:
    """One of two values, by a condition.

    `IIF([employeeType] = "Intern", "t-" & [alias], [alias])`. A condition about every value of an attribute chooses for
    every value: `IIF(InStr([proxyAddresses], "SIP:") = 1, NULL, [proxyAddresses])` removes the SIP address. A NULL
    condition counts as False. Only what is chosen is evaluated.

    In the dialect cloud the condition fails where it compares an attribute that is absent or empty, as published.
    """

    def run(attributes: Mapping[str, Any]) -> Any:
        decided = condition(attributes)
        if decided is True:
            return if_true(attributes)
        if decided is False:
            return if_false(attributes)
        if type(decided) is MANY:
            return spread(_chosen, (decided, if_true(attributes), if_false(attributes)), "IIF")
        return if_true(attributes) if as_truth(decided, "IIF", "condition") else if_false(attributes)

    return run


@function("Coalesce", lazy("source", repeats=True, branch=True), builds=True, dialects=NOT_CONNECT, result="branches")
def coalesce(*sources: Closure) -> Closure:
    """The first value that is not NULL; NULL if there is none.

    `Coalesce([mail], [userPrincipalName])`.
    """

    def run(attributes: Mapping[str, Any]) -> Any:
        for source in sources:
            value = source(attributes)
            if value is not None:
                return value
        return None

    return run


def _pairs(arguments: Sequence[Node]) -> tuple[int, str] | None:
    if len(arguments) % 2:
        return len(arguments) - 1, "Switch: expected a value for each condition, the last one has none"
    return None


@function(
    "Switch",
    lazy("condition", repeats=True, single=True, wants="truth"),
    lazy("value", repeats=True, branch=True),
    builds=True,
    dialects=CONNECT,
    result="branches",
    check=_pairs,
)
def switch(*arguments: Closure) -> Closure:
    """The value that follows the first condition that is True; NULL if none is. Conditions and values take turns.

    `Switch([city] = "London", "English", [city] = "Rome", "Italian", True, Error("Unknown city"))`. All conditions are
    evaluated, of the values only the answer.
    """
    conditions, values = arguments[::2], arguments[1::2]

    def run(attributes: Mapping[str, Any]) -> Any:
        answers = [as_truth(whole(condition(attributes)), "Switch", "condition") for condition in conditions]
        return values[answers.index(True)](attributes) if True in answers else None

    return run


def _keys(arguments: Sequence[Node]) -> tuple[int, str] | None:
    if len(arguments) % 2:
        return len(arguments) - 1, "Switch: expected a value for each key, the last one has none"
    return None


@function(
    "Switch",
    lazy("source", wants="text"),
    lazy("defaultValue", required=False, branch=True),
    lazy("key", repeats=True, single=True, wants="text"),
    lazy("value", repeats=True, branch=True),
    builds=True,
    dialects=CLOUD,
    result="branches",
    check=_keys,
)
def switch_on_keys(source: Closure, default: Closure | None, *arguments: Closure) -> Closure:
    """The value of the key that the source is equal to, upper and lower case being different; else the default value.

    `Switch([state], "Australia/Sydney", "QLD", "Australia/Brisbane", "SA", "Australia/Adelaide")`. The key "" stands
    for a source that is absent or empty. Of several values each is looked up. Without a default value: NULL.
    """
    keys, values = arguments[::2], arguments[1::2]

    def run(attributes: Mapping[str, Any]) -> Any:
        found = source(attributes)
        if type(found) is MANY:
            return [looked_up(attributes, one) for one in found]
        return looked_up(attributes, found)

    def looked_up(attributes: Mapping[str, Any], value: Any) -> Any:
        wanted = "" if value is None else as_text(value, "Switch", "source")
        for key, answer in zip(keys, values, strict=True):
            found = key(attributes)
            if wanted == ("" if found is None else as_text(found, "Switch", "key")):
                return answer(attributes)
        return default(attributes) if default else None

    return run


@function(
    "IgnoreFlowIfNullOrEmpty", lazy("expression", branch=True), builds=True, dialects=NOT_CONNECT, result="branches"
)
def ignore_flow_if_null_or_empty(expression: Closure) -> Closure:
    """The value, or IgnoreThisFlow where it is absent or empty text, so that the target keeps what it has.

    `IgnoreFlowIfNullOrEmpty([department])`.
    """

    def run(attributes: Mapping[str, Any]) -> Any:
        value = expression(attributes)
        return Special.IGNORE_THIS_FLOW if is_empty(value) else value

    return run


@function("Error", text("message"), takes_null=True, result="branches")
def error(message: str | None) -> Any:
    """No value: the object is set aside with this message, and its target object stays as it was.

    `IIF(IsPresent([accountName]), [accountName], Error("AccountName is required"))`.
    Logs tell this problem, `rule-error`, from a function that cannot use a value.
    """
    raise ExpressionFailed("Error", "message", message, message or "the expression says so, without a message")


@function("Redact", lazy("value", branch=True), builds=True, dialects=NOT_CONNECT, result="branches")
def redact(value: Closure) -> Closure:
    """The value itself; but logs, plans and explanations show `[Redact]` instead of what the expression answers.

    `Redact([employeeID])`.
    """
    return value


@function(
    "SelectUniqueValue",
    lazy("rule1", single=True, wants="text"),
    lazy("rule2", repeats=True, single=True, wants="text"),
    builds=True,
    dialects=NOT_CONNECT,
)
def select_unique_value(*rules: Closure) -> Closure:
    """The first of several values that nobody has in the target yet. At least two; the object is set aside if all are
    taken.

    It must be the outermost function, of an attribute that is written only when the object is created and that no
    matching uses: `SelectUniqueValue(Join(".", [givenName], [surname]), Join(".", Left([givenName], 1), [surname]))` in
    the dialect cloud. NULL and "" are no candidates.
    """
    single = [on_each(_candidate, [rule], "SelectUniqueValue") for rule in rules]

    def run(attributes: Mapping[str, Any]) -> Any:
        found = [value for rule in single if (value := rule(attributes))]
        if any(type(value) is MANY for value in found):
            raise ExpressionFailed("SelectUniqueValue", "rule", found, "several values where one is needed")
        return Candidates(tuple(dict.fromkeys(found))) if found else None

    return run


def _candidate(value: Any) -> str | None:
    return None if value is None else as_text(value, "SelectUniqueValue", "rule")


@function("ImportedValue", literal("attribute"), builds=True, dialects=EVERY)
def imported_value(attribute: str) -> Closure:
    """The value of an attribute as the last import confirmed it. The name is in quotation marks, not in brackets.

    `RemoveDuplicates(Trim(ImportedValue("proxyAddresses")))`. Ropeway decides on imported values only, so this is the
    same as the attribute itself.
    """
    return lambda attributes: attributes.get(attribute)


@function("CBool", Parameter("expression", "any", wants="truth"), takes_null=True, result="truth")
def to_bool(expression: Any) -> bool:
    """True for a number that is not 0, for True, and for a text that says "True"; False for 0, False, "False" and NULL.

    `CBool([attribute1] = [attribute2])` says whether both have the same value.
    """
    return as_truth(expression, "CBool", "expression")


FUNCTIONS: tuple[Function, ...] = (
    iif, coalesce, switch, switch_on_keys, ignore_flow_if_null_or_empty, error, redact, select_unique_value,
    imported_value, to_bool,
)  # fmt: skip
