"""agent.yaml, changed in one place; everything else in it stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ropeway.agent import files
from ropeway.agent.service import proxy_way, trust
from ropeway.agent.settings import checked, read


def set_proxy(folder: Path, proxy: Mapping[str, str] | None) -> None:
    """Another proxy on the way to the service, or none; RopewayError where the settings are not right then."""
    read(folder)
    text = without(files.read_settings(folder / files.SETTINGS), "proxy")
    if proxy is not None:
        text = f"{text.rstrip()}\n{yaml.safe_dump({'proxy': dict(proxy)}, sort_keys=False)}"
    settings = checked(yaml.safe_load(text))
    proxy_way(settings)
    trust(settings.ca_file)
    files.write_private(folder / files.SETTINGS, text)


def without(text: str, name: str) -> str:
    """A YAML mapping without the lines of one of its keys."""
    document: Any = yaml.compose(text, yaml.SafeLoader)
    lines = text.splitlines(keepends=True)
    for key, value in document.value:
        if key.value == name:
            del lines[key.start_mark.line : _last_line(value) + 1]
            break
    return "".join(lines)


def _last_line(node: Any) -> int:
    """Where a value ends; a block ends, as YAML sees it, only where the next key begins, behind the next comment."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1])
    return node.end_mark.line
