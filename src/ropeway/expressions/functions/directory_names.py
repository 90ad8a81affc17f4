"""Functions that take distinguished names apart, and put them together (RFC 4514)."""

from __future__ import annotations

import re

from ropeway.expressions.dialect import CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, function, number, text
from ropeway.expressions.values import checked_items, checked_length

_RDN = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)
_ESCAPES = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
_SPECIAL = re.compile(r'[\\,+"<>;=\x00\r\n]')


def _unescaped(value: str) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[2]
        return bytes.fromhex(match[1].replace("\\", "")).decode("utf-8", "replace")

    return _ESCAPES.sub(plain, value) if "\\" in value else value


def _value(relative: str) -> str:
    return _unescaped(relative.partition("=")[2].strip(" "))


def _missing(name: str, component: int) -> ExpressionFailed:
    return ExpressionFailed(name, "component", component, "the name has no such part")


@function("DNComponent", text("dn"), number("component"), result="text")
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
            return _value(match[0])
        at = match.end() + 1
    raise _missing("DNComponent", component)


@function(
    "DNComponentRev", text("dn"), number("component"), text("option", required=False), dialects=CONNECT, result="text"
)
def dn_component_rev(dn: str, component: int, option: str | None = None) -> str:
    """The value of one part of a distinguished name, counted from the right; "DC" leaves out the dc= parts.

    Of "cn=Joe,ou=Atlanta,ou=GA,ou=US,dc=contoso,dc=com", `DNComponentRev([dn], 3)` and `DNComponentRev([dn], 1, "DC")`
    both give "US".
    """
    if option is not None and option != "DC":
        raise ExpressionFailed("DNComponentRev", "option", option, 'expected "DC"')
    checked_items(dn.count(","), "DNComponentRev", "dn")
    found = [match[0].strip(" ") for match in _RDN.finditer(dn) if match[0]]
    if option is not None:
        found = [relative for relative in found if relative[:3].lower() != "dc="]
    if not 1 <= component <= len(found):
        raise _missing("DNComponentRev", component)
    return _value(found[-component])


@function("EscapeDNComponent", text("value"), dialects=CONNECT, result="text")
def escape_dn_component(value: str) -> str:
    r"""One part of a distinguished name, with what has a meaning there escaped (RFC 4514 section 2.4).

    An attribute's name in front stays as it is: `EscapeDNComponent("cn=" & [displayName]) & "," & %Forest.LDAP%` makes
    "cn=Smith\, John,DC=fabrikam,DC=com" for "Smith, John".
    """
    checked_length(len(value) * 3 + 4, "EscapeDNComponent", "value")
    match = re.match(r"(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)=", value)
    start = match.end() if match else 0
    return value[:start] + _escaped(value[start:])


def _escaped(value: str) -> str:
    plain = _SPECIAL.sub(lambda m: f"\\{m[0]}" if m[0].isprintable() else f"\\{ord(m[0]):02X}", value)
    if plain[:1] in (" ", "#"):
        plain = "\\" + plain
    if plain.endswith(" ") and value != " ":
        plain = plain[:-1] + "\\ "
    return plain


FUNCTIONS: tuple[Function, ...] = (dn_component, dn_component_rev, escape_dn_component)
