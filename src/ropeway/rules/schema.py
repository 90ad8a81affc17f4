"""Graph's synchronizationSchema, as structures. Source: Graph v1.0 metadata, synchronizationSchema and its parts.

Ropeway's own additions, each optional: `dialect` of the schema, `linkType` and `sameAs` of an object mapping,
`mergeType` of an attribute mapping, `name`, `expression` and `nested` of a clause, `nested` of a group filter,
`maxLength` of an attribute. Keys that are in neither list are refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from ropeway.model.definition import AttributeType

Dialect = Literal["connect", "cloud", "ropeway"]
"""Entra Connect's language, Cloud Sync's, or Ropeway's own, which reads most of both."""


Priority = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""An Edm.Int32, as in Graph."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A JSON object with Graph's spelling of its keys."""


class FlowType(StrEnum):
    """When an attribute flows (attributeFlowType)."""

    ALWAYS = "Always"
    OBJECT_ADD_ONLY = "ObjectAddOnly"
    """Only when the target object is created."""
    MULTI_VALUE_ADD_ONLY = "MultiValueAddOnly"
    """Values are added to a multi-valued attribute, none is ever taken away."""
    VALUE_ADD_ONLY = "ValueAddOnly"
    """The same."""
    ATTRIBUTE_ADD_ONLY = "AttributeAddOnly"
    """Only while the target object has no value."""


class MergeType(StrEnum):
    """What several rules in scope make of one attribute (Entra Connect's merge type)."""

    UPDATE = "Update"
    """The rule of highest precedence that has a value wins."""
    MERGE = "Merge"
    """All their values together, each once."""
    MERGE_CASE_INSENSITIVE = "MergeCaseInsensitive"
    """The same; values that differ in upper and lower case alone count once, as the higher rule writes them."""


class LinkType(StrEnum):
    """What a rule does for the life of its target object (Entra Connect's link type)."""

    PROVISION = "Provision"
    """Creates it, and keeps it alive."""
    JOIN = "Join"
    """Only adds values to an object that is there, and that another rule or another job keeps alive."""
    STICKY_JOIN = "StickyJoin"
    """Creates none; one it has joined stays alive."""


class MappingSource(Part, frozen=True, kw_only=True):
    """Where a target value comes from (attributeMappingSource)."""

    type: Literal["Attribute", "Constant", "Function"]
    name: str = ""
    """The attribute, or the constant itself, or the outermost function."""
    expression: str = ""
    """What counts, for a function."""
    parameters: tuple[Any, ...] = ()
    """The same expression taken apart, as Graph shows it; not read."""


class AttributeMapping(Part, frozen=True, kw_only=True):
    """How one target attribute gets its value."""

    target_attribute_name: str
    source: MappingSource
    matching_priority: Count = 0
    """Above 0: the attribute also finds existing target objects, lowest number first."""
    flow_type: FlowType = FlowType.ALWAYS
    flow_behavior: Literal["FlowWhenChanged", "FlowAlways"] = "FlowWhenChanged"
    """FlowAlways: sent whenever the object is looked at, also when it is what was sent last."""
    default_value: str | None = None
    """The value where the source has none."""
    export_missing_references: bool = False
    merge_type: MergeType = MergeType.UPDATE


class Operand(Part, frozen=True, kw_only=True):
    """What a clause compares with."""

    values: tuple[str, ...] = ()


class Clause(Part, frozen=True, kw_only=True):
    """One condition: an attribute, an operator, values; or an expression that is True for objects in scope."""

    name: str = ""
    """What an object is that does not meet it: “a critical system object”."""
    source_operand_name: str = ""
    operator_name: str = ""
    target_operand: Operand = Operand()
    expression: str = ""
    nested: bool = False
    """Of ISMEMBEROF: members of groups in the group count too."""


class FilterGroup(Part, frozen=True, kw_only=True):
    """Clauses that must all be met."""

    name: str = ""
    clauses: tuple[Clause, ...] = ()


class Filter(Part, frozen=True, kw_only=True):
    """Three lists of groups. In each list that has any, one group must be met."""

    groups: tuple[FilterGroup, ...] = ()
    """The administrator's choice."""
    input_filter_groups: tuple[FilterGroup, ...] = ()
    category_filter_groups: tuple[FilterGroup, ...] = ()
    """What the object type is about at all: the default exclusions."""


class ObjectMapping(Part, frozen=True, kw_only=True):
    """How objects of one source type become objects of one target type."""

    source_object_name: str
    target_object_name: str
    name: str = ""
    enabled: bool = True
    flow_types: str = "Add, Update, Delete"
    scope: Filter | None = None
    attribute_mappings: tuple[AttributeMapping, ...] = ()
    metadata: tuple[Any, ...] = ()
    link_type: LinkType = LinkType.PROVISION
    same_as: str = ""
    """The source type whose scope and attribute mappings count here too."""


class ContainerFilter(Part, frozen=True, kw_only=True):
    """The rule is about objects below one of these containers: a DN, a GUID, or `<GUID=…>;DN` as in a saved schema."""

    included_containers: tuple[str, ...] = ()


class GroupFilter(Part, frozen=True, kw_only=True):
    """The rule is about members of one of these groups, named like containers."""

    included_groups: tuple[str, ...] = ()
    nested: bool = False
    """Members of groups in the groups count too."""


class SynchronizationRule(Part, frozen=True, kw_only=True):
    """Object mappings between two directories."""

    id: str = ""
    name: str = ""
    priority: Priority
    editable: bool = True
    source_directory_name: str
    target_directory_name: str
    object_mappings: tuple[ObjectMapping, ...] = ()
    container_filter: ContainerFilter | None = None
    group_filter: GroupFilter | None = None
    metadata: tuple[Any, ...] = ()


class Attribute(Part, frozen=True, kw_only=True):
    """An attribute that a directory offers (attributeDefinition)."""

    name: str
    type: AttributeType = "String"
    multivalued: bool = False
    case_exact: bool = False
    required: bool = False
    anchor: bool = False
    max_length: Count | None = None
    mutability: str = "ReadWrite"
    flow_null_values: bool = False
    default_value: str | None = None
    api_expressions: tuple[Any, ...] = ()
    metadata: tuple[Any, ...] = ()
    referenced_objects: tuple[Any, ...] = ()


class Object(Part, frozen=True, kw_only=True):
    """An object type that a directory offers (objectDefinition)."""

    name: str
    attributes: tuple[Attribute, ...] = ()
    metadata: tuple[Any, ...] = ()
    supported_apis: tuple[str, ...] = ()


class Directory(Part, frozen=True, kw_only=True):
    """A directory (directoryDefinition). One that Ropeway knows by this name is extended by what is listed here."""

    name: str
    id: str = ""
    version: str = ""
    read_only: bool = False
    discoverabilities: str = "None"
    discovery_date_time: str | None = None
    objects: tuple[Object, ...] = ()


class Schema(Part, frozen=True, kw_only=True):
    """The rules of a job."""

    id: str = ""
    version: str = ""
    dialect: Dialect = "ropeway"
    """The language of its expressions."""
    directories: tuple[Directory, ...] = ()
    synchronization_rules: tuple[SynchronizationRule, ...] = ()
