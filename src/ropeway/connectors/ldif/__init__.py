"""A source that needs no server: an export as ldifde, ldapsearch or slapcat write it (RFC 2849).

settings   path and domain, checked
file       the file found, opened, copied where it can be read only once
records    the stream cut at empty lines
lines      one record's lines by the letter of the RFC
trailer    what stands beside the entries, and what it says about the file being whole
dn         names compared
schema     Active Directory's own attributes, as published
decoding   values by syntax
identity   who a record is about
index      DN to anchor
survey     first pass: everybody's anchor, and whether the file is whole
table      what becomes of each line
objects    a record's attributes and links
reading    second pass: records become items
paging     items become pages
one        one object and who points to it
apart      a large file in a process of its own
marks      which contents were read
source     the Source
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ropeway.connectors.ldif.settings import parse_settings
from ropeway.connectors.ldif.source import LdifSource
from ropeway.model.secret import Secret

__all__ = ["LdifSource", "open_source"]


def open_source(settings: Mapping[str, Any], *, ask: Callable[[str], Secret[str]] | None = None) -> LdifSource:
    """The source for these settings; RopewayError where they or the file cannot be used. A file asks for nothing."""
    del ask
    return LdifSource(parse_settings(settings))
