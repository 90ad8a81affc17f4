"""`$search`: clauses `"property:text"` with AND, OR and parentheses (aad-advanced-queries)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ropeway.model.values import compare_key
from ropeway.service.odata.refusals import no_property, unreadable, unsupported

T = TypeVar("T")
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([A-Za-z]+))')
BREAK = "-._('/@,"
"""Characters behind which a word begins, beside the space."""
MOST_CLAUSES, MOST_WORDS = 20, 10
LONGEST = 2048
WORDS = ("displayName", "description")
"""Properties that are searched word by word; others from their beginning."""


@dataclass(frozen=True, slots=True)
class Meaning(Generic[T]):
    """What clauses are, and what becomes of several."""

    clause: Callable[[str, str], T]
    """Of a property's name, as it was written, and the text."""
    both: Callable[..., T]
    either: Callable[..., T]


def read(text: str, meaning: Meaning[T]) -> T:
    """What a search means; RopewayError for one that cannot be read."""
    if len(text) > LONGEST:
        raise unreadable("$search", f"more than {LONGEST:,} characters")
    return _Search(text, meaning).whole()


def finder(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an item of a short list is found, without regard to case."""
    return read(text, Meaning(_clause, lambda *parts: _of(all, parts), lambda *parts: _of(any, parts)))


Finds = Callable[[Mapping[str, Any]], bool]


def _of(how: Callable[[list[bool]], bool], parts: tuple[Finds, ...]) -> Finds:
    return lambda item: how([part(item) for part in parts])  # each: an unknown property is told, wherever it is


def _clause(name: str, wanted: str) -> Finds:
    def finds(item: Mapping[str, Any]) -> bool:
        known = next((one for one in item if one.lower() == name.lower()), None)
        if known is None:
            raise no_property("$search", name[:64])
        value, text = item[known], compare_key(wanted)
        if isinstance(value, list | dict | bool | int):
            raise unsupported("$search", f"{known} is not searched")
        shown = compare_key(str(value or ""))
        if known not in WORDS:
            return shown.startswith(text)
        spaced = " " + shown.translate({ord(mark): " " for mark in BREAK})
        return all(f" {word}" in spaced or shown.startswith(word) for word in text.split()[:MOST_WORDS])

    return finds


class _Search(Generic[T]):
    """Reads the clauses from left to right; AND binds closer than OR."""

    def __init__(self, text: str, meaning: Meaning[T]) -> None:
        self._meaning = meaning
        self._tokens = _tokens(text)
        if sum(kind == "clause" for kind, _ in self._tokens) > MOST_CLAUSES:
            raise unreadable("$search", f"more than {MOST_CLAUSES} clauses")
        self._next = 0

    def whole(self) -> T:
        found = self._or()
        if self._next < len(self._tokens):
            raise unreadable("$search", f"“{self._tokens[self._next][1][:40]}” is not expected")
        return found

    def _is(self, kind: str, text: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next] == (kind, text):
            self._next += 1
            return True
        return False

    def _or(self) -> T:
        parts = [self._and()]
        while self._is("word", "OR"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else self._meaning.either(*parts)

    def _and(self) -> T:
        parts = [self._clause()]
        while self._is("word", "AND"):
            parts.append(self._clause())
        return parts[0] if len(parts) == 1 else self._meaning.both(*parts)

    def _clause(self) -> T:
        if self._is("mark", "("):
            found = self._or()
            if not self._is("mark", ")"):
                raise unreadable("$search", "a parenthesis is not closed")
            return found
        if self._next >= len(self._tokens) or self._tokens[self._next][0] != "clause":
            raise unreadable("$search", 'a clause is written as "property:text", in quotation marks')
        text = self._tokens[self._next][1]
        self._next += 1
        name, colon, wanted = text.partition(":")
        if not colon or not wanted.strip():
            raise unreadable("$search", f"“{text[:60]}” is not of the form property:text")
        return self._meaning.clause(name.strip(), wanted)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (token[3] is not None and token[3] not in ("AND", "OR")):
            raise unreadable("$search", f'a clause is written as "property:text", in quotation marks, at position {at}')
        if token[1] is not None:
            found.append(("clause", re.sub(r"\\(.)", r"\1", token[1])))
        else:
            found.append(("mark", token[2]) if token[2] else ("word", token[3]))
        at = token.end()
    return found
