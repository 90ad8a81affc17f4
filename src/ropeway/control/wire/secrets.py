"""Secrets among the arguments of a call: a text on the way, which nobody but the call itself sees."""

from __future__ import annotations

from typing import Any, get_origin

from ropeway.model.secret import Secret


def reveal(value: object) -> str:
    """For msgspec's `enc_hook` of a request's body. What keeps arguments has no such hook, and fails."""
    if isinstance(value, Secret):
        return str(value.reveal())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - of a text
    raise NotImplementedError(type(value).__name__)


def conceal(type_: Any, value: object) -> object:
    """For msgspec's `dec_hook`."""
    if get_origin(type_) is Secret and isinstance(value, str):
        return Secret(value)
    raise ValueError("Expected `str`")
