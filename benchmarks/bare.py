"""A domain asked without Ropeway: the yardsticks of everything that begins in Active Directory."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.tenant import of_domain, wanted
from ropeway.connectors.active_directory.connection import Connection, Entry, connect
from ropeway.connectors.active_directory.credentials import credential_of
from ropeway.connectors.active_directory.discovery import controllers
from ropeway.connectors.active_directory.schema import read_schema
from ropeway.connectors.active_directory.searching import dirsync_now, dirsync_search
from ropeway.connectors.active_directory.selection import Selection, select
from ropeway.connectors.active_directory.session import Session
from ropeway.connectors.active_directory.settings import settings_from
from ropeway.lab.domain import Domain


@dataclass(frozen=True, slots=True)
class Bare:
    """A connection of its own, which asks for what the connector asks for and throws the answer away."""

    connection: Connection
    base: str
    selection: Selection

    def now(self) -> bytes:
        """The DirSync cookie that stands for this moment."""
        return dirsync_now(self.connection, self.base, ["name"], object_security=False)

    def changes(self, cookie: bytes) -> tuple[list[Entry], bytes]:
        """The controller's answer to one DirSync request, undecoded, and the cookie that follows."""
        types = self.selection.types
        filter_, attributes = self.selection.filter(types), self.selection.attributes(types)
        found = list(dirsync_search(self.connection, self.base, filter_, attributes, cookie, object_security=False))
        after = found[-1]
        assert isinstance(after, bytes)
        return [entry for entry in found if not isinstance(entry, bytes)], after

    def seconds(self, cookie: bytes) -> float:
        """How long that answer takes."""
        began = time.perf_counter()
        self.changes(cookie)
        return time.perf_counter() - began


@contextmanager
def asking(domain: Domain) -> Generator[Bare]:
    """A bound connection to a domain's controller."""
    settings = settings_from(of_domain(domain).settings)
    with connect(controllers(settings)[0], settings, credential_of(settings, None)) as connection:
        session = Session(connection, settings)
        schema = read_schema(connection, session.schema_base)
        yield Bare(connection, session.base, select(schema, session.domain, wanted()))


def ldapsearch(domain: Domain) -> tuple[list[str], dict[str, str]]:
    """The command that reads what a full read of the default rules reads, by the same account; its environment."""
    with asking(domain) as bare:
        types = bare.selection.types
        filter_, attributes = bare.selection.filter(types), bare.selection.attributes(types)
    command = ["ldapsearch", "-x", "-LLL", "-H", domain.ldaps_url, "-D", domain.administrator,
               "-y", str(domain.administrator_password_file), "-b", domain.base_dn,
               "-E", "pr=1000/noprompt", filter_, *attributes]  # fmt: skip
    return command, {"LDAPTLS_CACERT": str(domain.ca_file), "LDAPTLS_REQCERT": "demand"}


class Waiting:
    """Counts the seconds for which a process waits for a controller's answers."""

    seconds = 0.0

    @contextmanager
    def counted(self) -> Generator[None]:
        """Within, every answer of every connection counts, python-ldap's decoding included."""
        receive, self.seconds = Connection.receive, 0.0

        def timed(connection: Connection, number: int, timeout: float) -> tuple[list[Entry], dict[str, bytes] | None]:
            began = time.perf_counter()
            try:
                return receive(connection, number, timeout)
            finally:
                self.seconds += time.perf_counter() - began

        Connection.receive = timed  # type: ignore[method-assign]  # timed, and put back
        try:
            yield
        finally:
            Connection.receive = receive  # type: ignore[method-assign]  # timed, and put back
