"""The functions of the language, one file a family. A dialect is a table: name to function.

text, casing, replacing    texts
numbers, chance            numbers, bits; random values
dates, cloud_dates         times, by dialect
lists, lambdas             several values
logic, control             what there is; which value is the answer
conversion                 from one type to another
directory_names            distinguished names
certificates, roles        what X.509 certificates and role assignments say
"""

from __future__ import annotations

from ropeway.expressions.dialect import Dialect
from ropeway.expressions.functions import (
    casing,
    certificates,
    chance,
    cloud_dates,
    control,
    conversion,
    dates,
    directory_names,
    lambdas,
    lists,
    logic,
    numbers,
    replacing,
    roles,
    text,
)
from ropeway.expressions.functions.function import Function, Parameter

Table = dict[str, Function]

FAMILIES: dict[str, tuple[Function, ...]] = {
    "Text": (*text.FUNCTIONS, *casing.FUNCTIONS, *replacing.FUNCTIONS),
    "Numbers": (*numbers.FUNCTIONS, *chance.FUNCTIONS),
    "Dates": (*dates.FUNCTIONS, *cloud_dates.FUNCTIONS),
    "Lists": (*lists.FUNCTIONS, *lambdas.FUNCTIONS),
    "Decisions": (*logic.FUNCTIONS, *control.FUNCTIONS),
    "Conversion": conversion.FUNCTIONS,
    "Distinguished names": directory_names.FUNCTIONS,
    "Certificates": certificates.FUNCTIONS,
    "Application roles": roles.FUNCTIONS,
}
"""What the functions are about, as the documentation groups them."""


def _table(dialect: Dialect) -> Table:
    found = [f for family in FAMILIES.values() for f in family if dialect in f.dialects]
    return {f.name: f for f in sorted(found, key=lambda f: f.name.lower())}


TABLES: dict[Dialect, Table] = {dialect: _table(dialect) for dialect in Dialect}
"""What each name means in each dialect."""

TABLE: Table = TABLES[Dialect.ROPEWAY]
"""The dialect `ropeway`: what the default schemas are written in."""

__all__ = ["FAMILIES", "TABLE", "TABLES", "Function", "Parameter", "Table"]
