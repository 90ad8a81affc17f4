"""Texts as the numbers and truths that a structure wants in their place."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from msgspec import inspect

from ropeway.rules.yaml_text import Plain

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_TRUTHS = {"true": True, "True": True, "false": False, "False": False}
_NOTHING = ("", "~", "null")


def typed(value: Any, wanted: type) -> Any:
    """A document read from YAML with every plain scalar as this structure wants it.

    What does not fit stays text, for whoever checks the document to refuse; so do unknown keys.
    """
    return _typed(value, _description(wanted))


@cache
def _description(wanted: type) -> inspect.Type:
    return inspect.type_info(wanted)


def _typed(value: Any, wanted: inspect.Type) -> Any:
    if isinstance(wanted, inspect.UnionType):
        return _one_of(value, wanted)
    if isinstance(value, Plain):
        return _scalar(value, wanted)
    if isinstance(value, list):
        part = wanted.item_type if isinstance(wanted, (inspect.VarTupleType, inspect.ListType)) else inspect.AnyType()
        return [_typed(one, part) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {str(key): _typed(part, _part(wanted, key)) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


def _part(wanted: inspect.Type, key: str) -> inspect.Type:
    if isinstance(wanted, inspect.StructType):
        found = next((field.type for field in wanted.fields if field.encode_name == key), None)
        return found if found is not None else inspect.StrType()
    return wanted.value_type if isinstance(wanted, inspect.DictType) else inspect.AnyType()


def _one_of(value: Any, wanted: inspect.UnionType) -> Any:
    if isinstance(value, Plain) and value in _NOTHING and any(isinstance(t, inspect.NoneType) for t in wanted.types):
        return None
    others = [t for t in wanted.types if not isinstance(t, inspect.NoneType)]
    return _typed(value, others[0])


def _scalar(value: Plain, wanted: inspect.Type) -> Any:
    if isinstance(wanted, inspect.AnyType):
        return value.guessed()
    if isinstance(wanted, inspect.IntType) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    if isinstance(wanted, inspect.BoolType):
        return _TRUTHS.get(value, str(value))
    return str(value)
