"""What clauses and mappings of one source type are written in: its attributes, and the dialect of its expressions."""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.expressions import Dialect, Expression, ExpressionError, compile_expression
from ropeway.model.definition import AttributeDefinition, ObjectDefinition
from ropeway.rules.definitions import PSEUDO_ATTRIBUTES
from ropeway.rules.refusals import bad_expression, nearest, refused


@dataclass(frozen=True, slots=True)
class Origin:
    """A source type, as rules may speak of it."""

    name: str
    attributes: dict[str, AttributeDefinition]
    """By exact name, the pseudo attributes included."""
    dialect: Dialect

    def attribute(self, name: str, path: str) -> AttributeDefinition:
        """The attribute of that exact name, or a refusal that proposes the right spelling."""
        found = self.attributes.get(name)
        if found is None:
            reason = f"{self.name} has no attribute “{name}”{nearest(name, list(self.attributes))}"
            raise refused("schema-unknown-attribute", path, reason, attribute=name)
        return found

    def expression(self, text: str, path: str, result: AttributeDefinition) -> Expression:
        """The compiled expression for an attribute, or its refusal: what is no expression, and unknown attributes."""
        try:
            expression = compile_expression(text, self.dialect, types=self.attributes, result=result)
        except ExpressionError as error:
            raise bad_expression(error, path, result.name) from error
        for name in sorted(expression.reads):
            self.attribute(name, path)
        return expression


def origin(definition: ObjectDefinition, dialect: str) -> Origin:
    """A source type in a dialect."""
    return Origin(definition.name, PSEUDO_ATTRIBUTES | {a.name: a for a in definition.attributes}, Dialect(dialect))


def changing(expression: Expression) -> str:
    """“Now, Guid may answer differently each time”."""
    return f"{', '.join(sorted(expression.changing or expression.calls))} may answer differently each time"
