"""`$search` on directory objects, as a condition.

Display names and descriptions are searched word by word, other properties from their beginning.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import ColumnElement, and_, or_

from ropeway.directory import tables
from ropeway.model.values import compare_key
from ropeway.service.graph.objects import indexes
from ropeway.service.graph.objects.filtering import Question
from ropeway.service.graph.objects.values import Condition, any_element, begins, json_text, lowered
from ropeway.service.odata import search
from ropeway.service.odata.refusals import no_property, unsupported
from ropeway.service.odata.search import BREAK, MOST_WORDS, Meaning


def searched(text: str, question: Question) -> Condition:
    """The condition that a search is; RopewayError for one that cannot be read."""
    return search.read(text, Meaning(partial(_clause, question), and_, or_))


def _clause(question: Question, name: str, wanted: str) -> Condition:
    known = question.kind.property(name)
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
            *(text.contains(f"{mark}{word}", autoescape=True) for mark in f" {BREAK}"))
        for word in words
    ))  # fmt: skip
