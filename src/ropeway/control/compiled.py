"""The rules of jobs, compiled once for all cycles, and for all jobs that have the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

import msgspec

from ropeway.model.job import JobSettings
from ropeway.model.watermark import Wanted
from ropeway.rules import Rules, compile_rules, default_schema
from ropeway.rules.layers import job_schema, wanted
from ropeway.rules.schema import Schema

KEPT = 32
"""Schemas; most jobs have the default one."""


class Compiled(NamedTuple):
    """Rules are pure, so that any number of cycles may use them at once."""

    rules: Rules
    wanted: Wanted
    """What the job reads (`rules.layers.wanted`)."""
    default: Schema
    """The default schema that it is based on."""


_kept: OrderedDict[tuple[int, bytes], Compiled] = OrderedDict()
_lock = threading.Lock()


def compiled(settings: JobSettings) -> Compiled:
    """The rules of a job; RopewayError where its schema cannot be used (any more)."""
    default = default_schema(settings.source.kind)
    asks_groups = bool(settings.scope.groups)
    key = id(default), msgspec.json.encode((settings.source.kind, settings.schema, settings.edits, asks_groups))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    rules = compile_rules(job_schema(settings))
    made = Compiled(rules, wanted(settings, rules), default)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made
