"""Functions that take distinguished names apart (RFC 4514)."""

from __future__ import annotations

import re

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, function, number, text

_RDN = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)
_ESCAPES = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)


def _unescaped(value: str) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[2]
        return bytes.fromhex(match[1].replace("\\", "")).decode("utf-8", "replace")

    return _ESCAPES.sub(plain, value) if "\\" in value else value


@function("DNComponent", text("dn"), number("component"))
def dn_component(dn: str, component: int) -> str:
    """The value of one part of a distinguished name, counted from the left, escapes resolved.

    `DNComponent("cn=Joe,ou=Sales", 1)` gives "Joe".
    """
    at = 0
    for place in range(1, component + 1):
        match = _RDN.match(dn, at)
        if match is None or at > len(dn) or not match[0]:
            break
        if place == component:
            return _unescaped(match[0].partition("=")[2].strip(" "))
        at = match.end() + 1
    raise ExpressionFailed("DNComponent", "component", component, "the name has no such part")


FUNCTIONS: tuple[Function, ...] = (dn_component,)
