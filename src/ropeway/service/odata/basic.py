"""Everybody's basic profile (Graph: User.ReadBasic.All): a question that asks for no more than it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ropeway.model.permissions import BASIC
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.odata.options import Options
from ropeway.service.odata.tree import Call, Compare, In, Lambda, Node, Path, walk

_BASIC = {name.lower() for name in BASIC}


def only_basic(options: Options) -> Options:
    """The same question about the basic profile; RopewayError `not-allowed` for one that looks further."""
    named = [order.name for order in options.order]
    named += filtered(options)
    named += [name for name in ("$expand", "$search") if name in options.raw]
    beyond = next((name for name in (*named, *options.select) if name.lower() not in _BASIC), None)
    if beyond is not None:
        reason = f"The permission User.ReadBasic.All opens {', '.join(BASIC)}, and not {beyond[:64]}."
        raise RopewayError(Problem("not-allowed", details={"reason": reason}))
    return options if options.select else replace(options, select=BASIC)


def filtered(options: Options) -> list[str]:
    """Properties that the filter names."""
    return [name for node in walk(options.filter) for name in _names(node)] if options.filter else []


def _names(node: Node) -> Iterator[str]:
    """Properties that a node of a filter names by itself."""
    match node:
        case Path():
            yield node.name
        case Compare():
            yield from (side.name for side in (node.left, node.right) if isinstance(side, Path))
        case In() | Call() | Lambda():
            yield node.path.name
        case _:
            pass
