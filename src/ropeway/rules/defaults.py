"""Default schemas as Graph's JSON, from the files in `schemas/`, which write the same in fewer words.

A file may say `"extensions": ["pager", …]` in an object mapping: attributes that flow to the directory extension of
their own name; and `extension_pager` for that extension's whole name.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec

from ropeway.rules.extensions import PREFIX, extension_name

_SHORT = "extension_"


def written_out(file: str) -> dict[str, Any]:
    """A default schema as a job's own schema would be written."""
    text = resources.files("ropeway.rules").joinpath("schemas", f"{file}.json").read_bytes()
    schema: dict[str, Any] = msgspec.json.decode(text)
    for rule in schema["synchronizationRules"]:
        rule["objectMappings"] = [_mapping(mapping) for mapping in rule["objectMappings"]]
    return schema


def _mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in mapping.items() if key != "extensions"}
    flows = [_flow(flow) for flow in mapping.get("attributeMappings", ())]
    flows += [_direct(name) for name in mapping.get("extensions", ())]
    return made | {"attributeMappings": flows} if flows else made


def _flow(flow: dict[str, Any]) -> dict[str, Any]:
    target: str = flow["targetAttributeName"]
    if not target.startswith(_SHORT) or target.startswith(PREFIX):
        return flow
    return flow | {"targetAttributeName": extension_name(target.removeprefix(_SHORT))}


def _direct(name: str) -> dict[str, Any]:
    return {"targetAttributeName": extension_name(name), "source": {"type": "Attribute", "name": name}}
