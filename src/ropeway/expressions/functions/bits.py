"""Functions that work on the bits of numbers. Negative numbers are two's complement, as AD stores them."""

from __future__ import annotations

from ropeway.expressions.functions.function import Function, function, number


@function("BitAnd", number("value1"), number("value2"))
def bit_and(value1: int, value2: int) -> int:
    """The bits that are set in both numbers.

    `BitAnd(&HF, &HF7)` gives 7. `BitAnd([userAccountControl], 2) = 0` says that an AD account is not disabled.
    """
    return value1 & value2


FUNCTIONS: tuple[Function, ...] = (bit_and,)
