"""The attribute-mapping language: `IIF(BitAnd([userAccountControl], 2) = 0, True, False)`.

dialect     Connect's, Cloud Sync's and Ropeway's way of writing
errors      what is wrong with a text, and what went wrong with a value
tokens      text to tokens
tree        the parsed expression, as frozen values
precedence  how tightly operators bind in which dialect
parser      tokens to tree, with bounds
printer     tree back to text: `parse(printed(tree, d), d) == tree`
times       points in time, .NET's date patterns
values      how one value is read as text, number, truth or time; the literals that are not values
letters     upper and lower case, letter by letter
spreading   a function of one value, given many
operators   comparison, arithmetic, concatenation, logic
parameters  `%Domain.FQDN%`
patterns    regular expressions of .NET, in linear time
x509        what a certificate says
functions   the tables of functions, one file a family
calls       arguments to a function
budget      how much work one evaluation may be
compiler    tree to a closure over an object's attributes; nothing is ever evaluated as Python
expression  the compiled expression, and what can be said of it
"""

from __future__ import annotations

from ropeway.expressions.compiler import compile_tree
from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionError, ExpressionFailed
from ropeway.expressions.expression import REDACTED, Expression, compile_expression, shielded
from ropeway.expressions.functions import TABLE, TABLES
from ropeway.expressions.parser import parse
from ropeway.expressions.printer import printed
from ropeway.expressions.tree import Node, names_read, walk
from ropeway.expressions.values import Candidates, Special

__all__ = [
    "REDACTED",
    "TABLE",
    "TABLES",
    "Candidates",
    "Dialect",
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
    "shielded",
    "walk",
]
