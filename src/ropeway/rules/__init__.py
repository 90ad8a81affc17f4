"""Scope, match and flow rules of a schema, compiled to closures; default schemas are data files in `schemas/`.

schema        Graph's synchronizationSchema, as structures
definitions   what sources and the directory hold: the attributes rules may name
extensions    directory extensions: what the directory holds where Graph has no property
defaults      default schemas, written out from files that say the same in fewer words
loading       a schema from JSON, checked: a schema that loads compiles
refusals      what is wrong with a schema, with its path
bases         groups and containers that rules name, by GUID
clause        one condition; belonging: those about groups and containers
scope         filter groups and clauses: is an object in scope, and which clause said so
operators     what the operators of clauses mean
conversion    a mapped value as the target's type wants it
flow          one attribute's flow, and what those of several rules come to together
flows         attribute mappings, compiled: direct, constant, expression
prepared      flows by what they read, so that only what an object has costs time
object_rule   one rule for one source type
composed_rule several rules of one source type; several: whether they can be applied together
rules         all object rules of a schema
anchors       the source anchor, onPremisesImmutableId
times         when the clock alone will change a result
reference     the tables of docs/mapping.md
"""

from __future__ import annotations

from ropeway.rules.anchors import source_anchor
from ropeway.rules.clause import ScopeAnswer
from ropeway.rules.composed_rule import ComposedRule, TypeRule
from ropeway.rules.definitions import PSEUDO_ATTRIBUTES, SECURITY_ID_REFERENCES, target_definition
from ropeway.rules.failure import MappingFailed
from ropeway.rules.keeping import schema_to_keep
from ropeway.rules.loading import default_schema, load_schema
from ropeway.rules.object_rule import ObjectRule
from ropeway.rules.rules import Rules, compile_rules
from ropeway.rules.schema import Schema

__all__ = [
    "PSEUDO_ATTRIBUTES",
    "SECURITY_ID_REFERENCES",
    "ComposedRule",
    "MappingFailed",
    "ObjectRule",
    "Rules",
    "Schema",
    "ScopeAnswer",
    "TypeRule",
    "compile_rules",
    "default_schema",
    "load_schema",
    "schema_to_keep",
    "source_anchor",
    "target_definition",
]
