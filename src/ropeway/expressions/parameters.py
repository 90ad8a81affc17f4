"""What the source says of itself: `%Domain.FQDN%` (declarative-provisioning-expressions, "Parameters")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.tree import PARAMETERS


def parameter(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """The closure of a parameter. It fails where the source does not say, so that no value is made without it."""
    attribute, in_ldap = PARAMETERS[name], name.upper().endswith("LDAP")

    def run(attributes: Mapping[str, Any]) -> Any:
        value = attributes.get(attribute)
        if type(value) is not str or not value:
            raise ExpressionFailed(f"%{name}%", attribute, value, "the source does not say this")
        return "DC=" + value.replace(".", ",DC=") if in_ldap else value

    return run
