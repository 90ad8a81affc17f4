"""An Active Directory domain as a Source: whichever of its controllers answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ropeway.connectors.active_directory import marks
from ropeway.connectors.active_directory.changes import changes
from ropeway.connectors.active_directory.connection import connect
from ropeway.connectors.active_directory.credentials import Ask, Credential, credential_of
from ropeway.connectors.active_directory.definition import definition
from ropeway.connectors.active_directory.discovery import Controller, controllers
from ropeway.connectors.active_directory.failures import Lost, Refused, after_others
from ropeway.connectors.active_directory.full import FullRead, negotiated
from ropeway.connectors.active_directory.marks import DIRSYNC, Mode
from ropeway.connectors.active_directory.one import read_one
from ropeway.connectors.active_directory.schema import Schema, read_schema
from ropeway.connectors.active_directory.searching import whole_search
from ropeway.connectors.active_directory.selection import Selection, select
from ropeway.connectors.active_directory.session import Session
from ropeway.connectors.active_directory.settings import Settings, settings_from
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.anchors import Anchor, guid_from_bytes
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import AnchorPage, Page, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted, Watermark

T = TypeVar("T")

ANCHORS_AT_ONCE = 5000
LOOK_EVERY = 0.2
"""Seconds between two questions whether anything changed, while waiting."""
SCHEMAS_KEPT = 8

_schemas: dict[tuple[str, ...], Schema] = {}
"""By domain and version: reading one is a second of work for a controller, and all of a domain need the same."""


def open_source(settings: Mapping[str, Any], *, ask: Ask | None = None) -> ActiveDirectorySource:
    """A source for checked settings and a credential at hand; connects when first asked something."""
    checked = settings_from(settings)
    return ActiveDirectorySource(checked, credential_of(checked, ask))


class ActiveDirectorySource:
    """A Source that also Enumerates, Watches and Resolves. Not for use by two threads at once."""

    def __init__(self, settings: Settings, credential: Credential) -> None:
        self._settings = settings
        self._credential = credential
        self._controllers: tuple[Controller, ...] = ()
        self._session: Session | None = None
        self._seen: Watermark | None = None
        self._mode: Mode | None = None
        self._usn: tuple[str, int] | None = None

    def describe(self) -> DirectoryDefinition:
        """Every object type and attribute of the domain's own schema."""
        return self._once(lambda session: definition(self._schema_of(session), session.domain, self._settings.domain))

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """Everything, or every change since the watermark; goes on with another controller when one is lost.

        Repeated on another controller, pages may come twice: each says what is, so taking them twice is harmless.
        """
        self.remember(watermark)
        if watermark is None:
            yield from self._everything(FullRead(self._settings, wanted, self._seen), wanted)
            return
        found = self._lasting(
            lambda session: changes(session, self._selection(session, wanted), watermark, wanted, self._settings)
        )
        for page in found:
            self.remember(page.known)  # before it is worked on: what is asked then must not be older
            yield page

    def identity(self) -> str:
        """The objectGUID of the domain whose controller is connected."""
        return self._once(lambda session: session.domain)

    def begin(self, wanted: Wanted) -> Watermark:
        """The mark for a full read that begins now, on whichever controller."""
        return self._once(FullRead(self._settings, wanted, self._seen).begin)

    def read_everything(self, begun: Watermark, wanted: Wanted) -> Iterator[Page]:
        """Everything, under a mark taken before; a mark of the method usn belongs to the controller that gave it."""
        yield from self._everything(FullRead(self._settings, wanted, self._seen, begun), wanted)

    def _everything(self, whole: FullRead, wanted: Wanted) -> Iterator[Page]:
        for page in self._lasting(lambda session: whole.pages(session, self._selection(session, wanted))):
            yield page
            if page.complete:
                self.remember(page.watermark)

    def remember(self, watermark: Watermark | None) -> None:
        """How far the job has read before; a full read of a controller behind it says nothing about absence."""
        self._seen = watermark or self._seen

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        """One object by its objectGUID, with links and back links."""
        return self.resolve(f"<GUID={anchor}>", wanted)

    def resolve(self, dn: str, wanted: Wanted) -> Whole | None:
        """One object by its DN, with links and back links; a controller that is behind the job is passed over."""
        return self._once(lambda session: self._read_one(session, dn, wanted)) if dn else None

    def anchors(self, wanted: Wanted) -> Iterator[AnchorPage]:
        """Every objectGUID of the wanted types; complete only on a controller that is not behind."""
        found = [*self._lasting(lambda session: self._anchors(session, wanted))]
        yield from found

    def reports_deletions(self) -> bool:
        """Whether tombstones can be seen by this account, in the way in which it finds changes."""
        return self._once(self._reports_deletions)

    def wait(self, seconds: float) -> bool:
        """Watch the controller's highestCommittedUSN; an error counts as news, `read` will deal with it."""
        until = time.monotonic() + seconds
        while True:
            try:
                now = self._once(lambda session: (session.invocation, session.moment().usn))
            except RopewayError:
                return True
            before, self._usn = self._usn, now
            if before is not None and now != before:
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(LOOK_EVERY, left))

    def brings(self, watermark: Watermark) -> bool:
        """Ask for the first change since the watermark; one that must be followed by a full read brings everything."""
        try:
            return any(page.items for page in self.read(watermark, marks.wanted(watermark)))
        except FullReadNeeded:
            return True

    def close(self) -> None:
        """Close the connection, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            session.connection.close()

    def _read_one(self, session: Session, dn: str, wanted: Wanted) -> Whole | None:
        if self._seen is not None and session.is_behind(self._seen):
            controller = str(session.connection.controller)
            raise Lost(Problem("controller-behind", object=controller, details={"reason": "it is behind"}))
        return read_one(session, self._selection(session, wanted), dn)

    def _reports_deletions(self, session: Session) -> bool:
        if self._mode is None:
            self._mode, _ = negotiated(session, self._settings)
        # Windows shows tombstones to whoever has the replication right; Samba only to who may read Deleted Objects.
        return (self._mode == DIRSYNC and not session.is_samba) or session.sees_deleted()

    def _anchors(self, session: Session, wanted: Wanted) -> Iterator[AnchorPage]:
        complete = session.moment().synchronized and (self._seen is None or session.covers(self._seen))
        selection = self._selection(session, wanted)
        batch: list[Anchor] = []
        filter_ = selection.filter(selection.types)
        for _, values in whole_search(session.connection, session.base, filter_, ["objectGUID"]):
            batch.extend(guid_from_bytes(raw) for raw in values.get("objectGUID", ()))
            if len(batch) >= ANCHORS_AT_ONCE:
                yield AnchorPage(tuple(batch))
                batch = []
        yield AnchorPage(tuple(batch), complete)

    def _selection(self, session: Session, wanted: Wanted) -> Selection:
        return select(self._schema_of(session), session.domain, wanted, session.short_names)

    def _schema_of(self, session: Session) -> Schema:
        version = (session.domain, *session.schema_version())
        known = _schemas.get(version)
        if known is None:
            if len(_schemas) == SCHEMAS_KEPT:
                _schemas.clear()
            known = _schemas[version] = read_schema(session.connection, session.schema_base)
        return known

    def _once(self, work: Callable[[Session], T]) -> T:
        return next(self._lasting(lambda session: iter((work(session),))))

    def _lasting(self, work: Callable[[Session], Iterator[T]]) -> Iterator[T]:
        """The work's results; where a controller is lost the work begins again on the next, each tried once.

        A connection that was open before may merely have been idle for too long: its controller gets a second chance.
        """
        left = self._count() + (self._session is not None)
        tried: list[Problem] = []
        while True:
            left -= 1
            known = self._session is not None
            try:
                yield from work(self._opened())
                return
            except Refused as refused:
                raise RopewayError(refused.problem) from None
            except Lost as lost:
                self.close()
                if not known:
                    self._controllers = (*self._controllers[1:], *self._controllers[:1])
                if left <= 0:
                    raise RopewayError(after_others(lost.problem, tried)) from None
                tried.append(lost.problem)

    def _count(self) -> int:
        if not self._controllers:
            self._controllers = controllers(self._settings)
        return len(self._controllers)

    def _opened(self) -> Session:
        if self._session is None:
            connection = connect(self._controllers[0], self._settings, self._credential)
            self._session = Session(connection, self._settings)
        return self._session
