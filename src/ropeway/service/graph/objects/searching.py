"""`$search`: clauses `"property:text"` with AND, OR and parentheses (aad-advanced-queries).

Display names and descriptions are searched word by word, other properties from their beginning.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, or_

from ropeway.directory import tables
from ropeway.model.values import compare_key
from ropeway.service.graph.objects import indexes
from ropeway.service.graph.objects.filtering import Question
from ropeway.service.graph.objects.values import Condition, any_element, begins, json_text, lowered
from ropeway.service.odata.refusals import no_property, unreadable, unsupported

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([A-Za-z]+))')
_BREAK = "-._('/@,"
"""Characters behind which a word begins, beside the space."""
MOST_CLAUSES, MOST_WORDS = 20, 10
LONGEST = 2048


def searched(text: str, question: Question) -> Condition:
    """The condition that a search is; RopewayError for one that cannot be read."""
    if len(text) > LONGEST:
        raise unreadable("$search", f"more than {LONGEST:,} characters")
    return _Search(text, question).whole()


class _Search:
    """Reads the clauses from left to right; AND binds closer than OR."""

    def __init__(self, text: str, question: Question) -> None:
        self._question = question
        self._tokens = _tokens(text)
        if sum(kind == "clause" for kind, _ in self._tokens) > MOST_CLAUSES:
            raise unreadable("$search", f"more than {MOST_CLAUSES} clauses")
        self._next = 0

    def whole(self) -> Condition:
        found = self._or()
        if self._next < len(self._tokens):
            raise unreadable("$search", f"“{self._tokens[self._next][1][:40]}” is not expected")
        return found

    def _is(self, kind: str, text: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next] == (kind, text):
            self._next += 1
            return True
        return False

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._is("word", "OR"):
            parts.append(self._and())
        return or_(*parts)

    def _and(self) -> Condition:
        parts = [self._clause()]
        while self._is("word", "AND"):
            parts.append(self._clause())
        return and_(*parts)

    def _clause(self) -> Condition:
        if self._is("mark", "("):
            found = self._or()
            if not self._is("mark", ")"):
                raise unreadable("$search", "a parenthesis is not closed")
            return found
        if self._next >= len(self._tokens) or self._tokens[self._next][0] != "clause":
            raise unreadable("$search", 'a clause is written as "property:text", in quotation marks')
        text = self._tokens[self._next][1]
        self._next += 1
        return self._found(text)

    def _found(self, clause: str) -> Condition:
        name, colon, wanted = clause.partition(":")
        if not colon or not wanted.strip():
            raise unreadable("$search", f"“{clause[:60]}” is not of the form property:text")
        question = self._question
        known = question.kind.property(name.strip())
        if known is None:
            raise no_property("$search", name[:64])
        if known.form not in ("text", "exact", "list") or known.starts == "no":
            raise unsupported("$search", f"{known.name} is not searched")
        if known.name == "displayName":
            return _words(tables.object_.c.name_key, compare_key(wanted))
        if known.name == "description":
            return _words(lowered(json_text("description", question.sqlite), question.sqlite), compare_key(wanted))
        if known.form == "list" and known.name != "proxyAddresses":
            return any_element(known.name, lambda of: begins(of(""), wanted, question.sqlite), question.sqlite)
        held = indexes.held(question.tenant, known.name, wanted, starts=True, lookups=question.lookups)
        return begins(json_text(known.name, question.sqlite), wanted, question.sqlite) if held is None else held


def _words(text: ColumnElement[str], wanted: str) -> Condition:
    """Whether each word of a search begins one of a text."""
    words = wanted.split()[:MOST_WORDS]
    return and_(*(
        or_(text.startswith(word, autoescape=True),
            *(text.contains(f"{mark}{word}", autoescape=True) for mark in f" {_BREAK}"))
        for word in words
    ))  # fmt: skip


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
