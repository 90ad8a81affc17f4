"""A schema in a file, YAML or JSON, and the line that a refusal is about."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from ropeway.model.problems import RopewayError, shown
from ropeway.rules.differences import Document
from ropeway.rules.refusals import refused
from ropeway.rules.yaml_form import CLAUSE, MAPPING, RULE, SCHEMA, from_yaml
from ropeway.rules.yaml_text import MAX_CHARACTERS, Items, Node, Pairs, read_yaml

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_NAMES: dict[str, list[str]] = {"source": ["from", "constant"]}
for _table in (SCHEMA, RULE, MAPPING, CLAUSE):
    for _short, _full in _table.items():
        _NAMES.setdefault(_full, []).append(_short)


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says, as JSON has it, not checked yet."""

    document: Document
    node: Node | None
    """The YAML that it was; None for JSON."""

    @contextmanager
    def lines(self) -> Generator[None]:
        """Within, the refusal of a part of the document names the line of the file."""
        try:
            yield
        except RopewayError as error:
            path = error.problem.details.get("path", "")
            if self.node is None or not path.startswith("$"):
                raise
            details = {**error.problem.details, "path": f"line {line_at(self.node, path)} ({path})"}
            raise RopewayError(msgspec.structs.replace(error.problem, details=details)) from error


def read_written(text: str) -> Written:
    """A file: JSON where it begins with a brace, else YAML. RopewayError `schema-unreadable` names the line."""
    if text.lstrip("\ufeff \t\r\n")[:1] == "{":
        return Written(read_json(text), None)
    node = read_yaml(text)
    found = Written({}, node)
    with found.lines():
        return Written(from_yaml(node), node)


def read_json(text: str) -> Any:
    """A JSON document with no key twice in one object."""
    if len(text) > MAX_CHARACTERS:
        raise refused("schema-unreadable", "line 1", f"more than {MAX_CHARACTERS:,} characters")
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise refused("schema-unreadable", f"line {error.lineno}", f"not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        reason = "too many levels" if isinstance(error, RecursionError) else shown(str(error))
        raise refused("schema-unreadable", "$", reason) from error


def line_at(node: Node, path: str) -> int:
    """The line of the innermost part of a YAML document that a JSON path names, short spellings considered."""
    line = node.line
    for key, index in _STEP.findall(path):
        match node:
            case Pairs(pairs, lines):
                names = (key, *_NAMES.get(key, ())) if key else list(pairs)[int(index) : int(index) + 1]
                found = next((name for name in names if name in pairs), None)
                if found is None:
                    return line
                line, node = lines[found], pairs[found]
            case Items(items) if index and int(index) < len(items):
                node = items[int(index)]
                line = node.line
            case _:
                return line
    return line


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"the key “{shown(twice)}” stands twice in one object")
    return found
