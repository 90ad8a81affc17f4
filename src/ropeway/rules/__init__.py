"""Scope, match and flow rules of a schema, compiled to closures; default schemas are data files in `schemas/`.

schema        Graph's synchronizationSchema, as structures
definitions   what sources and the directory hold: the attributes rules may name
loading       a schema from JSON, checked: a schema that loads compiles
refusals      what is wrong with a schema, with its path
scope         filter groups and clauses: is an object in scope, and which clause said so
operators     what the operators of clauses mean
conversion    a mapped value as the target's type wants it
flows         attribute mappings: direct, constant, expression
object_rule   everything about one source type
rules         all object rules of a schema
anchors       the source anchor, onPremisesImmutableId
times         when the clock alone will change a result
"""

from __future__ import annotations

from ropeway.rules.anchors import source_anchor
from ropeway.rules.definitions import PSEUDO_ATTRIBUTES, SECURITY_ID_REFERENCES, target_definition
from ropeway.rules.failure import MappingFailed
from ropeway.rules.loading import default_schema, load_schema
from ropeway.rules.object_rule import ObjectRule
from ropeway.rules.rules import Rules, compile_rules
from ropeway.rules.schema import Schema
from ropeway.rules.scope import ScopeAnswer

__all__ = [
    "PSEUDO_ATTRIBUTES",
    "SECURITY_ID_REFERENCES",
    "MappingFailed",
    "ObjectRule",
    "Rules",
    "Schema",
    "ScopeAnswer",
    "compile_rules",
    "default_schema",
    "load_schema",
    "source_anchor",
    "target_definition",
]
