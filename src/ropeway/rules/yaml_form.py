"""A schema as people write it, in YAML, and back; every schema in its shortest form survives both ways.

`mail: mail` is a direct flow, `displayName: =Coalesce([displayName], [cn])` an expression, `{constant: GB}` a constant;
some long keys have short names, and `extension_pager` is the directory extension of that attribute. Everything else is
spelt as in JSON, which may be used throughout.
"""

from __future__ import annotations

from typing import Any

import yaml

from ropeway.rules.differences import Document
from ropeway.rules.extensions import PREFIX, extension_name
from ropeway.rules.refusals import refused
from ropeway.rules.schema import Schema
from ropeway.rules.typed import typed
from ropeway.rules.yaml_text import Node, plain

Short = dict[str, str]

SCHEMA: Short = {"rules": "synchronizationRules"}
RULE: Short = {"source": "sourceDirectoryName", "target": "targetDirectoryName", "objects": "objectMappings"}
MAPPING: Short = {"source": "sourceObjectName", "target": "targetObjectName", "attributes": "attributeMappings"}
CLAUSE: Short = {"attribute": "sourceOperandName", "operator": "operatorName", "values": "targetOperand"}

_EXTENSION = "extension_"

GROUPS = ("groups", "inputFilterGroups", "categoryFilterGroups")


class _Line(dict[str, Any]):
    """A mapping written on one line."""


class _Row(list[Any]):
    """A sequence written on one line."""


class _Writer(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - never so
        """Indent sequences in mappings, which is easier to read."""
        super().increase_indent(flow, indentless=False)


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Quoted with escapes where YAML would take a character for the end of a line."""
    escaped = any(c in "\r\x85\u2028\u2029\ufeff" for c in value)
    style = '"' if escaped else "|" if "\n" in value else None
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)  # pyright: ignore[reportUnknownMemberType]


_Writer.add_representer(str, _text)
_Writer.add_representer(_Line, lambda w, v: w.represent_mapping("tag:yaml.org,2002:map", v, flow_style=True))
_Writer.add_representer(_Row, lambda w, v: w.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True))


def to_yaml(document: Document) -> str:
    """A schema in its shortest form (`layers.canonical`) as YAML."""
    return dumped(short(document))


def dumped(value: Any) -> str:
    """YAML for people: keys in their order, no line folded."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1_000_000)


def from_yaml(node: Node) -> Document:
    """The schema that a YAML document means, as JSON has it, not checked yet; `to_yaml` turned round."""
    document = plain(node)
    if not isinstance(document, dict):
        raise refused("schema-unreadable", f"line {node.line}", "a schema is a mapping: keys with values")
    return typed(long(document), Schema)  # pyright: ignore[reportUnknownArgumentType]


def short(document: Document) -> Document:
    """The dictionary that `to_yaml` writes."""
    made = _renamed(document, SCHEMA)
    _each(made, "rules", _short_rule)
    return made


def long(document: Document) -> Document:
    """The inverse of `short`; what is in JSON's spelling already stays as it is."""
    made = _renamed_back(document, SCHEMA, "$")
    _each_at(made, "synchronizationRules", _long_rule, "$")
    return made


def _short_rule(rule: Document) -> Document:
    made = _renamed(rule, RULE)
    _each(made, "objects", _short_mapping)
    return made


def _long_rule(rule: Document, path: str) -> Document:
    made = _renamed_back(rule, RULE, path)
    _each_at(made, "objectMappings", _long_mapping, path)
    return made


def _short_mapping(mapping: Document) -> Document:
    flows = mapping.get("attributeMappings")
    named = flows is not None and _all_named(flows)
    made = _renamed(mapping, MAPPING if named else {k: v for k, v in MAPPING.items() if k != "attributes"})
    if named:
        made["attributes"] = {short_target(flow["targetAttributeName"]): short_flow(flow) for flow in flows or ()}
    if isinstance(made.get("scope"), dict):
        made["scope"] = {key: _groups(part, key, _short_clause) for key, part in made["scope"].items()}
    return made


def _long_mapping(mapping: Document, path: str) -> Document:
    made = _renamed_back(mapping, MAPPING, path)
    flows = made.get("attributeMappings")
    if isinstance(flows, dict):
        named: list[tuple[str, Any]] = list(flows.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        made["attributeMappings"] = [
            _long_flow(name, flow, f"{path}.attributeMappings[{at}]") for at, (name, flow) in enumerate(named)
        ]
    if isinstance(made.get("scope"), dict):
        made["scope"] = {key: _groups(part, key, _long_clause) for key, part in made["scope"].items()}
    return made


def _all_named(flows: list[Any]) -> bool:
    names = [flow.get("targetAttributeName") for flow in flows]
    return all(isinstance(n, str) and long_target(short_target(n)) == n for n in names) and len({*names}) == len(names)


def short_target(name: str) -> str:
    """A directory extension without the id in its name: `extension_pager`; others as they are."""
    return _EXTENSION + name.removeprefix(PREFIX) if name.startswith(PREFIX) else name


def long_target(name: str) -> str:
    """The inverse of `short_target`."""
    if not name.startswith(_EXTENSION) or name.startswith(PREFIX):
        return name
    return extension_name(name.removeprefix(_EXTENSION))


def short_flow(flow: Document) -> Any:
    """One attribute mapping as people write it, without its target."""
    others = {key: part for key, part in flow.items() if key not in ("targetAttributeName", "source")}
    source = _short_source(flow.get("source"))
    if not others and "from" in source:
        return source["from"]
    return _Line({**source, **others})


def _short_source(source: Any) -> Document:
    match source:
        case {"type": "Attribute", "name": str(name), **rest} if name and not rest and not name.startswith("="):
            return {"from": name}
        case {"type": "Function", "expression": str(expression), **rest} if not rest:
            return {"from": f"={expression}"}
        case {"type": "Constant", "name": str(name), **rest} if not rest:
            return {"constant": name}
        case _:
            return {"source": source}


def _long_flow(name: str, flow: Any, path: str) -> Any:
    name = long_target(name)
    if isinstance(flow, str):
        return {"targetAttributeName": name, "source": _long_source(flow)}
    if not isinstance(flow, dict):
        raise refused("schema-unreadable", path, f"{name}: expected an attribute, =expression, or a mapping")
    given: Document = dict(flow)  # pyright: ignore[reportUnknownArgumentType]
    said = [key for key in ("from", "constant", "source") if key in given]
    if len(said) != 1:
        raise refused("schema-unreadable", path, f"{name}: expected exactly one of from, constant and source")
    source: Any = given[said[0]]
    if said[0] == "constant":
        source = {"type": "Constant", "name": source}
    elif said[0] == "from" and isinstance(source, str):
        source = _long_source(source)
    rest = {key: part for key, part in given.items() if key not in ("targetAttributeName", said[0])}
    return {"targetAttributeName": name, "source": source, **rest}


def _long_source(text: str) -> Document:
    if text.startswith("="):
        return {"type": "Function", "expression": text[1:]}
    return {"type": "Attribute", "name": text}


def _groups(groups: Any, key: str, clause: Any) -> Any:
    if key not in GROUPS or not isinstance(groups, list):
        return groups
    return [_group(group, clause) for group in groups]  # pyright: ignore[reportUnknownVariableType]


def _group(group: Any, clause: Any) -> Any:
    if not isinstance(group, dict):
        return group  # pyright: ignore[reportUnknownVariableType]
    made: Document = dict(group)  # pyright: ignore[reportUnknownArgumentType]
    _each(made, "clauses", clause)
    return made


def _short_clause(clause: Document) -> Document:
    operand = clause.get("targetOperand")
    keys = CLAUSE if isinstance(operand, dict) and list(operand) == ["values"] else {**CLAUSE, "values": ""}  # pyright: ignore[reportUnknownArgumentType]
    made = _renamed(clause, {k: v for k, v in keys.items() if v})
    if "values" in made:
        made["values"] = _Row(made["values"]["values"])
    return _Line(made)


def _long_clause(clause: Document) -> Document:
    made = _renamed_back(clause, CLAUSE, "clauses")
    operand = made.get("targetOperand")
    if operand is not None and not isinstance(operand, dict):
        made["targetOperand"] = {"values": operand if isinstance(operand, list) else [operand]}
    return made


def _renamed(part: Document, names: Short) -> Document:
    shorter = {full: name for name, full in names.items()}
    return {shorter.get(key, key): value for key, value in part.items()}


def _renamed_back(part: Document, names: Short, path: str) -> Document:
    twice = next((name for name, full in names.items() if name in part and full in part), None)
    if twice is not None:
        raise refused("schema-unreadable", path, f"{twice} and {names[twice]} are the same: write one of them")
    return {str(names.get(key, key)): value for key, value in part.items()}


def _each(part: Document, key: str, change: Any) -> None:
    if isinstance(part.get(key), list):
        part[key] = [change(one) if isinstance(one, dict) else one for one in part[key]]


def _each_at(part: Document, key: str, change: Any, path: str) -> None:
    if isinstance(part.get(key), list):
        part[key] = [
            change(one, f"{path}.{key}[{at}]") if isinstance(one, dict) else one for at, one in enumerate(part[key])
        ]
