"""Default schemas as Graph's JSON, from the files in `schemas/`, which write the same in fewer words.

What a file may say besides:

    "lists": {"card": {"attributeMappings": […], "extensions": […]}, …}   flows that several object mappings have
    "include": ["card", …]            in an object mapping: the flows of these lists, after its own
    "extensions": ["pager", …]        attributes that flow to the directory extension of their own name
    "extension_pager"                 as a target: the whole name of that extension
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any

import msgspec

from ropeway.rules.extensions import PREFIX, extension_name

_SHORT = "extension_"


def written_out(file: str) -> dict[str, Any]:
    """A default schema as a job's own schema would be written."""
    text = resources.files("ropeway.rules").joinpath("schemas", f"{file}.json").read_bytes()
    schema: dict[str, Any] = msgspec.json.decode(text)
    lists: dict[str, Any] = schema.pop("lists", {})
    for rule in schema["synchronizationRules"]:
        rule["objectMappings"] = [_mapping(mapping, lists) for mapping in rule["objectMappings"]]
    return schema


def _mapping(mapping: dict[str, Any], lists: dict[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in mapping.items() if key not in ("include", "extensions")}
    flows = [*_flows(mapping), *(flow for name in mapping.get("include", ()) for flow in _flows(lists[name]))]
    return made | {"attributeMappings": flows} if flows else made


def _flows(listed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for flow in listed.get("attributeMappings", ()):
        target: str = flow["targetAttributeName"]
        short = target.startswith(_SHORT) and not target.startswith(PREFIX)
        yield flow | {"targetAttributeName": extension_name(target.removeprefix(_SHORT))} if short else flow
    for name in listed.get("extensions", ()):
        yield {"targetAttributeName": extension_name(name), "source": {"type": "Attribute", "name": name}}
