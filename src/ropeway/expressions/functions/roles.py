"""Functions of application roles. An assignment is a JSON text: `{"id": …, "value": "Admin", "displayName": "Admin"}`.

Source: customize-application-attributes, "Provisioning a role to a SCIM app".
"""

from __future__ import annotations

import json
from typing import Any

from ropeway.expressions.dialect import NOT_CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, function, whole
from ropeway.expressions.values import MANY, as_text

_MAX_ASSIGNMENT = 4_096


def _assignments(value: Any, name: str) -> list[str]:
    return [as_text(one, name, "appRoleAssignments") for one in (value if type(value) is MANY else [value])]


def _role(assignment: str, name: str) -> str:
    try:
        said = json.loads(assignment) if len(assignment) <= _MAX_ASSIGNMENT else None
    except (ValueError, RecursionError):
        said = None
    found = said.get("value") or said.get("displayName") if isinstance(said, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(found, str):
        reason = "expected an assignment as JSON, with value or displayName"
        raise ExpressionFailed(name, "appRoleAssignments", assignment, reason)
    return found


@function("SingleAppRoleAssignment", whole("appRoleAssignments", wants="text"), dialects=NOT_CONNECT, result="text")
def single_app_role_assignment(assignments: Any) -> str:
    """The name of the one role that somebody has in an application; an error for somebody with several roles.

    `SingleAppRoleAssignment([appRoleAssignments])`. NULL stays NULL.
    """
    found = _assignments(assignments, "SingleAppRoleAssignment")
    if len(found) != 1:
        reason = "several roles; only AppRoleAssignmentsComplex takes them"
        raise ExpressionFailed("SingleAppRoleAssignment", "appRoleAssignments", len(found), reason)
    return _role(found[0], "SingleAppRoleAssignment")


@function("AppRoleAssignmentsComplex", whole("appRoleAssignments", wants="text"), dialects=NOT_CONNECT, result="texts")
def app_role_assignments_complex(assignments: Any) -> list[str]:
    """All roles that somebody has in an application, for a target attribute that takes several; each must be readable.

    `AppRoleAssignmentsComplex([appRoleAssignments])`. Roles that the target has besides are meant to stay.
    """
    found = _assignments(assignments, "AppRoleAssignmentsComplex")
    for one in found:
        _role(one, "AppRoleAssignmentsComplex")
    return found


@function(
    "AssertiveAppRoleAssignmentsComplex",
    whole("appRoleAssignments", wants="text"),
    dialects=NOT_CONNECT,
    result="texts",
)
def assertive_app_role_assignments_complex(assignments: Any) -> list[str]:
    """All roles that somebody has in an application, for a target attribute that takes several; each must be readable.

    `AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`. Roles that the target has besides are meant to go.
    """
    return app_role_assignments_complex.call(assignments)


FUNCTIONS: tuple[Function, ...] = (
    single_app_role_assignment, app_role_assignments_complex, assertive_app_role_assignments_complex,
)  # fmt: skip
