"""A line of the log: JSON for programs, or words for people. Secrets print as themselves: `Secret(...)`."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import msgspec

FIRST = ("time", "level", "event")
LONGEST = 16_384
"""Characters of one value; journald takes 48 KB a line as it is delivered."""


def as_json(fields: Mapping[str, Any]) -> str:
    """One object on one line."""
    try:
        return msgspec.json.encode(fields, enc_hook=repr).decode()
    except (TypeError, ValueError, UnicodeEncodeError, RecursionError):
        return msgspec.json.encode({key: _plain(value) for key, value in fields.items()}).decode()


def _plain(value: object) -> object:
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    return escaped(value if isinstance(value, str) else repr(value))


def for_people(fields: Mapping[str, Any]) -> str:
    """Time, level, what happened, then name=value; a traceback below."""
    head = [str(fields[name]) for name in FIRST if name in fields]
    head[-1:] = [escaped(head[-1])]
    more = [f"{k}={_quoted(v)}" for k, v in fields.items() if k not in (*FIRST, "exception")]
    lines = [" ".join([*head, *more])]
    if "exception" in fields:
        lines += [escaped(line) for line in str(fields["exception"]).splitlines()]
    return "\n".join(lines)


def _quoted(value: object) -> str:
    text = escaped(value if isinstance(value, str) else repr(value))
    return f'"{text}"' if " " in text or not text else text


def escaped(text: str) -> str:
    """Printable on one line: nothing in a name can forge a line or move a terminal's cursor."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in cut)


def told(error: BaseException) -> str:
    """A traceback without the values of variables: they may be anybody's."""
    return "".join(traceback.format_exception(error))[-LONGEST:].strip()
