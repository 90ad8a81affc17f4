"""python-ldap, which has no types: the one place where it is taken as it is."""

from __future__ import annotations

from importlib import import_module
from typing import Any

ldap: Any = import_module("ldap")
gssapi: Any = import_module("ldap.sasl").gssapi
