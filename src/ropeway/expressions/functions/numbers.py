"""Functions that work on numbers and their bits. Negative numbers are two's complement, as AD stores them."""

from __future__ import annotations

from ropeway.expressions.dialect import CONNECT
from ropeway.expressions.functions.function import Function, function, number


@function("BitAnd", number("value1"), number("value2"), result="number")
def bit_and(value1: int, value2: int) -> int:
    """The bits that are set in both numbers.

    `BitAnd(&HF, &HF7)` gives 7. `BitAnd([userAccountControl], 2) = 0` says that an AD account is not disabled.
    """
    return value1 & value2


@function("BitOr", number("value1"), number("value2"), dialects=CONNECT, result="number")
def bit_or(value1: int, value2: int) -> int:
    """The bits that are set in one number or in both. `BitOr(&H8, &H1)` gives 9."""
    return value1 | value2


@function("IsBitSet", number("value"), number("flag"), dialects=CONNECT, result="truth")
def is_bit_set(value: int, flag: int) -> bool:
    """Whether a number has a bit of a mask set; the flag is the mask, not the bit's place.

    `IsBitSet(&HF, 4)` is True, because 4 is one of the bits of hexadecimal F.
    """
    return value & flag != 0


FUNCTIONS: tuple[Function, ...] = (bit_and, bit_or, is_bit_set)
