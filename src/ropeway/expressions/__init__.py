"""The attribute-mapping language: `IIF(BitAnd([userAccountControl], 2) = 0, True, False)`.

errors      what is wrong with a text, and what went wrong with a value
tokens      text to tokens
tree        the parsed expression, as frozen values
parser      tokens to tree, with real precedence and bounds
printer     tree back to text: `parse(printed(tree)) == tree`
values      how one value is read as text, number or truth; the literals that are not values
spreading   a function of one value, given many
operators   comparison, arithmetic, concatenation, logic
functions   the table of functions, one file a family
compiler    tree to a closure over an object's attributes; nothing is ever evaluated as Python
"""

from __future__ import annotations

from ropeway.expressions.compiler import Expression, compile_expression, compile_tree
from ropeway.expressions.errors import ExpressionError, ExpressionFailed
from ropeway.expressions.functions import TABLE
from ropeway.expressions.parser import parse
from ropeway.expressions.printer import printed
from ropeway.expressions.tree import Node, names_read, walk
from ropeway.expressions.values import Special

__all__ = [
    "TABLE",
    "Expression",
    "ExpressionError",
    "ExpressionFailed",
    "Node",
    "Special",
    "compile_expression",
    "compile_tree",
    "names_read",
    "parse",
    "printed",
    "walk",
]
