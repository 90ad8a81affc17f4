"""Which of the three ways of writing an expression is meant. It is a property of the schema."""

from __future__ import annotations

from enum import Enum


class Dialect(Enum):
    """The ways of writing expressions: they differ in operators, in functions, and in what some functions do."""

    CONNECT = "connect"
    """Entra Connect Sync: operators have one precedence and are read from left to right."""
    CLOUD = "cloud"
    """Entra Cloud Sync and application provisioning: functions, comparison and &, arguments that are left out."""
    ROPEWAY = "ropeway"
    """Both: AND, OR, NOT, real precedence, comparison that knows NULL; Connect's functions where the two differ."""


EVERY = (Dialect.CONNECT, Dialect.CLOUD, Dialect.ROPEWAY)
CONNECT = (Dialect.CONNECT, Dialect.ROPEWAY)
"""What Connect has, and Cloud Sync has not or has differently."""
CLOUD = (Dialect.CLOUD,)
"""What Cloud Sync has differently."""
NOT_CONNECT = (Dialect.CLOUD, Dialect.ROPEWAY)
"""What Connect does not have."""
