"""The functions of the language, one file a family. A dialect is a table: name to function."""

from __future__ import annotations

from ropeway.expressions.functions import bits, conversion, lists, logic, names, text
from ropeway.expressions.functions.function import Function, Parameter

Table = dict[str, Function]

TABLE: Table = {f.name: f for family in (text, logic, bits, conversion, lists, names) for f in family.FUNCTIONS}
"""The dialect `ropeway`: what the default schemas are written in."""

__all__ = ["TABLE", "Function", "Parameter", "Table"]
