"""A compiled expression, and what can be said of it without an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ropeway.expressions.checking import Checker
from ropeway.expressions.compiler import compile_tree
from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions import TABLES
from ropeway.expressions.parser import parse
from ropeway.expressions.spreading import Closure
from ropeway.expressions.tree import NOW, Binary, Call, Node, children, names_read, walk
from ropeway.model.definition import AttributeDefinition

REDACTED = "[Redact]"
"""What logs show instead of a redacted value (functions-for-customizing-application-data, Redact)."""


_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression."""

    text: str
    dialect: Dialect
    tree: Node
    reads: frozenset[str]
    """The attributes it depends on."""
    calls: frozenset[str]
    """The functions it uses."""
    evaluate: Closure
    """An object's attributes to a value, a list of values, None (no value), a `Special` or `Candidates`; pure, but for
    what `changing` names.

    `ExpressionFailed` where a function cannot work on a value; nothing else is raised.
    """

    @property
    def changing(self) -> frozenset[str]:
        """What makes it answer something else again and again: Guid, RandomString, Now, [now], …

        Not the present time where it only decides, as in `CertNotAfter($item) > Now()`: that answer changes once.
        """
        table = TABLES[self.dialect]
        by_chance = {name for name in self.calls if name != "Now" and table[name].changes}
        return frozenset(by_chance | _says_now(self.tree))

    @property
    def redacted(self) -> bool:
        """Whether logs, plans and explanations must show `REDACTED` instead of what it answers."""
        return "Redact" in self.calls

    @property
    def unique(self) -> bool:
        """Whether it answers `Candidates`: only for attributes that are written once and that nothing matches by."""
        return "SelectUniqueValue" in self.calls


def compile_expression(
    text: str,
    dialect: Dialect = Dialect.ROPEWAY,
    *,
    types: Mapping[str, AttributeDefinition] | None = None,
    result: AttributeDefinition | None = None,
) -> Expression:
    """Parse and compile; `ExpressionError` points at what is wrong: signs, functions, number and type of arguments.

    `types` are the attributes of the source by name; one that is not among them may be anything. `result` is the
    attribute that the value is for.
    """
    tree = parse(text, dialect)
    calls = frozenset(part.function for part, _ in walk(tree) if isinstance(part, Call))
    evaluate = compile_tree(tree, dialect, text)
    Checker(dialect, text, types or {}).check(tree, result)
    if "Redact" in calls:
        evaluate = shielded(evaluate)
    return Expression(text, dialect, tree, names_read(tree), calls, evaluate)


def _says_now(tree: Node) -> set[str]:
    """How the present time is part of the answer, and not only compared with something: Now, [now]."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node in NOW:
            found.add("Now" if isinstance(node, Call) else "[now]")
        if not (isinstance(node, Binary) and node.operator in _COMPARISONS):
            waiting.extend(children(node))
    return found


def shielded(evaluate: Closure) -> Closure:
    """An evaluation whose failures do not show values."""

    def run(attributes: Mapping[str, Any]) -> Any:
        try:
            return evaluate(attributes)
        except ExpressionFailed as error:
            reason = REDACTED if error.function == "Error" else error.reason
            raise ExpressionFailed(error.function, error.argument, REDACTED, reason) from None

    return run
