"""The table: attribute by attribute of the source, what a value must be like, and how it would be tidied.

Each attribute has checks in the order in which they are told, and one function that tidies a value. What was tidied is
suggested only where no check objects to it any more: a suggestion is always clean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ropeway.model.problems import Severity
from ropeway.report.addresses import PREFIXES, has_bad_dots, is_dns, plain, split_prefix, tidy_dots
from ropeway.report.finding import LONGEST, Error

_INFO, _WARNING, _ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

LONGEST_NAME, LONGEST_LOCAL, LONGEST_SUFFIX = 113, 64, 48
"""Of a user principal name: all, before @, after @ (IdFix)."""

LONGEST_ADDRESS, LONGEST_NICKNAME, LONGEST_ACCOUNT = 256, 64, 20

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"
"""What no text of the directory may hold."""


@dataclass(frozen=True, slots=True)
class Check:
    """One demand on a value."""

    error: Error
    severity: Severity
    broken: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Demands:
    """All demands on the values of one attribute."""

    checks: tuple[Check, ...]
    tidied: Callable[[str], str]

    def broken_by(self, value: str) -> Iterator[Check]:
        """The checks that object to a value; each error once, as its gravest check has it."""
        told: set[Error] = set()
        for check in self.checks:
            if check.error not in told and check.broken(value):
                told.add(check.error)
                yield check

    def suggestion(self, value: str) -> str:
        """A value that no check objects to, made of this one; empty where there is none."""
        if len(value) > LONGEST * 8:
            return ""
        tidied = self.tidied(re.sub(_CONTROL, "", value))
        clean = tidied.isprintable() and tidied not in ("", value) and len(tidied) <= LONGEST
        return tidied if clean and next(self.broken_by(tidied), None) is None else ""


def _any_of(pattern: str) -> Callable[[str], bool]:
    search = re.compile(pattern).search
    return lambda value: search(value) is not None


def _inside(pattern: str) -> Callable[[str], bool]:
    """The same, without the white space at either end, which is an error of its own."""
    search = re.compile(pattern).search
    return lambda value: search(value.strip()) is not None


def _spaced(value: str) -> bool:
    return value != value.strip()


def _beyond_ascii(value: str) -> bool:
    return not value.isascii()


_NO_TEXT = Check(Error.CHARACTER, _ERROR, _any_of(_CONTROL))


def _longer(most: int) -> Callable[[str], bool]:
    return lambda value: len(value) > most


# user principal names

_NOT_IN_NAME = r"[^A-Za-z0-9'.\-_!#^~@]"


def _no_name(value: str) -> bool:
    local, at, suffix = value.strip().rpartition("@")
    return not at or not local or "@" in local or not is_dns(plain(suffix))


def _long_name(value: str) -> bool:
    local, _, suffix = value.rpartition("@")
    return len(value) > LONGEST_NAME or len(local) > LONGEST_LOCAL or len(suffix) > LONGEST_SUFFIX


def _tidy_name(value: str) -> str:
    local, at, suffix = plain(value.strip()).rpartition("@")
    kept = tidy_dots(re.sub(_NOT_IN_NAME, "", local).replace("@", ""))[:LONGEST_LOCAL].rstrip(".")
    return f"{kept}@{suffix.strip()}" if at and kept else ""


def _bad_dots_before_at(value: str) -> bool:
    return has_bad_dots(value.strip().rpartition("@")[0])


NAME = Demands(
    (
        Check(Error.SPACE, _WARNING, _spaced),
        _NO_TEXT,
        Check(Error.CHARACTER, _WARNING, _inside(_NOT_IN_NAME)),
        Check(Error.FORMAT, _WARNING, _no_name),
        Check(Error.DOT, _WARNING, _bad_dots_before_at),
        Check(Error.LENGTH, _WARNING, _long_name),
    ),
    _tidy_name,
)

# addresses

_NOT_IN_ADDRESS = r"[\s<>()\[\],;:\\\"]"


def _no_address(value: str) -> bool:
    local, at, suffix = value.strip().rpartition("@")
    return not at or not local or not suffix or "@" in local


def _odd_suffix(value: str) -> bool:
    return not is_dns(plain(value.strip().rpartition("@")[2]))


def _tidy_address(value: str) -> str:
    local, at, suffix = plain(re.sub(_NOT_IN_ADDRESS, "", value)).rpartition("@")
    kept = tidy_dots(local.replace("@", ""))
    return f"{kept}@{suffix.strip('.')}" if at and kept else ""


MAIL = Demands(
    (
        Check(Error.SPACE, _ERROR, _spaced),
        _NO_TEXT,
        Check(Error.CHARACTER, _ERROR, _inside(_NOT_IN_ADDRESS)),
        Check(Error.CHARACTER, _WARNING, _beyond_ascii),
        Check(Error.FORMAT, _ERROR, _no_address),
        Check(Error.FORMAT, _WARNING, _odd_suffix),
        Check(Error.DOT, _WARNING, _bad_dots_before_at),
        Check(Error.LENGTH, _ERROR, _longer(LONGEST_ADDRESS)),
    ),
    _tidy_address,
)


def _smtp(test: Callable[[str], bool]) -> Callable[[str], bool]:
    """The test, on the address of a prefixed value that is one for mail, or has no prefix."""

    def tested(value: str) -> bool:
        prefix, address = split_prefix(value.strip())
        return prefix.lower() in ("", "smtp") and test(address)

    return tested


def _unprefixed(value: str) -> bool:
    return split_prefix(value.strip())[0].lower() not in PREFIXES


def _tidy_prefixed(value: str) -> str:
    prefix, address = split_prefix(value.strip())
    if prefix.lower() not in ("", "smtp"):
        return value.strip()
    tidied = _tidy_address(address)
    return f"{prefix or 'smtp'}:{tidied}" if tidied else ""


def _prefixed(refused: Severity) -> Demands:
    """Demands on a value such as `SMTP:ada@contoso.test`; `refused`: how grave it is that it cannot be written."""
    return Demands(
        (
            Check(Error.SPACE, _INFO, _spaced),
            Check(Error.PREFIX, _INFO, _unprefixed),
            _NO_TEXT,
            Check(Error.CHARACTER, refused, _smtp(_any_of(_NOT_IN_ADDRESS))),
            Check(Error.CHARACTER, _WARNING, _smtp(_beyond_ascii)),
            Check(Error.FORMAT, refused, _smtp(_no_address)),
            Check(Error.FORMAT, _WARNING, _smtp(_odd_suffix)),
            Check(Error.DOT, _WARNING, _smtp(_bad_dots_before_at)),
            Check(Error.LENGTH, refused, _longer(LONGEST_ADDRESS)),
        ),
        _tidy_prefixed,
    )


# nicknames, account names, names of people

_NOT_IN_NICKNAME = r"[@()\\\[\]\";:<>,\s]"
_NOT_IN_ACCOUNT = r"[\[\]\\\"|,/:<>+=;?*]"


def _without(pattern: str, most: int) -> Callable[[str], str]:
    remove = re.compile(pattern).sub
    return lambda value: tidy_dots(remove("", value))[:most].strip(" .")


NICKNAME = Demands(
    (
        Check(Error.SPACE, _ERROR, _spaced),
        _NO_TEXT,
        Check(Error.CHARACTER, _ERROR, _inside(_NOT_IN_NICKNAME)),
        Check(Error.DOT, _WARNING, has_bad_dots),
        Check(Error.LENGTH, _ERROR, _longer(LONGEST_NICKNAME)),
    ),
    _without(_NOT_IN_NICKNAME, LONGEST_NICKNAME),
)

ACCOUNT = Demands(
    (
        Check(Error.SPACE, _WARNING, _spaced),
        Check(Error.CHARACTER, _WARNING, _any_of(_NOT_IN_ACCOUNT)),
        Check(Error.LENGTH, _WARNING, _longer(LONGEST_ACCOUNT)),
    ),
    _without(_NOT_IN_ACCOUNT, LONGEST_ACCOUNT),
)
"""Of users who have no user principal name: it is made from this one."""

PLAIN = Demands(
    (Check(Error.SPACE, _INFO, _spaced), _NO_TEXT),
    str.strip,
)

DEMANDS: dict[str, Demands] = {
    "userPrincipalName": NAME,
    "mail": MAIL,
    "proxyAddresses": _prefixed(_ERROR),
    "targetAddress": _prefixed(_WARNING),
    "mailNickname": NICKNAME,
    "displayName": PLAIN,
    "givenName": PLAIN,
    "sn": PLAIN,
}
"""Source attribute to the demands on each of its values; `sAMAccountName` has `ACCOUNT` where it makes the name."""
