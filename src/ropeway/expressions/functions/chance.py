"""Functions that answer something else each time: best for flows that are written only when an object is created."""

from __future__ import annotations

from secrets import SystemRandom
from string import ascii_lowercase, ascii_uppercase, digits
from uuid import uuid4

from ropeway.expressions.dialect import CONNECT, NOT_CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, function, number, text

MAX_RANDOM = 256
_SPECIAL = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
"""Those of Windows' password complexity (password-must-meet-complexity-requirements)."""

_random = SystemRandom()


@function("Guid", result="text", changes=True)
def guid() -> str:
    """A new random GUID, "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"; another one at each evaluation."""
    return str(uuid4())


@function("RandomNum", number("start"), number("end"), dialects=CONNECT, result="number", changes=True)
def random_number(start: int, end: int) -> int:
    """A random number, both limits included; another one at each evaluation. `RandomNum(100, 999)` can give 734."""
    if end < start:
        raise ExpressionFailed("RandomNum", "end", end, f"expected at least {start}")
    return _random.randint(start, end)


@function(
    "RandomString",
    number("length"),
    number("minimumNumbers"),
    number("minimumSpecialCharacters"),
    number("minimumCapital"),
    number("minimumLowerCase"),
    text("charactersToAvoid", required=False),
    dialects=NOT_CONNECT,
    result="text",
    changes=True,
)
def random_string(length: int, numbers: int, special: int, capital: int, lower: int, avoid: str | None = None) -> str:
    """A random text with at least so many digits, special characters, capital and small letters; 256 at most.

    `RandomString(6, 3, 0, 0, 3)` can give "1a73qt"; `RandomString(10, 2, 2, 2, 1, "?,")` uses neither ? nor a comma.
    What the minima leave free is filled with the kinds whose minimum is not 0. Another text at each evaluation.
    """
    if not 1 <= length <= MAX_RANDOM:
        raise ExpressionFailed("RandomString", "length", length, f"expected 1 to {MAX_RANDOM}")
    minima = {digits: numbers, _SPECIAL: special, ascii_uppercase: capital, ascii_lowercase: lower}
    if min(minima.values()) < 0 or sum(minima.values()) > length:
        raise ExpressionFailed("RandomString", "length", length, "the minima need more characters than that")
    pools = {"".join(set(pool) - set(avoid or "")): least for pool, least in minima.items() if least}
    if "" in pools:
        raise ExpressionFailed("RandomString", "charactersToAvoid", avoid, "nothing is left to choose from")
    free = "".join(pools) or "".join(set(ascii_lowercase + ascii_uppercase + digits) - set(avoid or ""))
    if not free:
        raise ExpressionFailed("RandomString", "charactersToAvoid", avoid, "nothing is left to choose from")
    found = [_random.choice(pool) for pool, least in pools.items() for _ in range(least)]
    found += [_random.choice(free) for _ in range(length - len(found))]
    _random.shuffle(found)
    return "".join(found)


FUNCTIONS: tuple[Function, ...] = (guid, random_number, random_string)
