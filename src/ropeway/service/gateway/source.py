"""A Source that reads through the agents of a domain: each method is a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from ropeway.control.sources import Sources
from ropeway.engine.ports import Source
from ropeway.model.anchors import Anchor
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import SourceSettings
from ropeway.model.pages import AnchorPage, Page, Whole
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.watermark import Wanted, Watermark
from ropeway.model.wire.calls import NOTHING, Arguments, Method
from ropeway.model.wire.frames import (
    AnchorsFrame,
    BegunFrame,
    DefinitionFrame,
    DoneFrame,
    Frame,
    PageFrame,
    WholeFrame,
)
from ropeway.service.gateway.reading import Patience, Reader
from ropeway.service.gateway.settings import domain_of, require_ours, travelling
from ropeway.store import jobs
from ropeway.store.bell import Bells
from ropeway.store.database import Database

F = TypeVar("F", bound=Frame)


class ThroughAgents:
    """Implements `Sources`: what is read through agents here, everything else as another does."""

    def __init__(
        self,
        database: Database,
        tenant: int,
        otherwise: Sources,
        *,
        clock: Callable[[], float] = time.time,
        patience: Patience | None = None,
    ) -> None:
        self._database, self._tenant, self._otherwise = database, tenant, otherwise
        self._clock, self._patience, self._bells = clock, patience or Patience(), Bells(database)

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:
        """The source; RopewayError where the settings are not those of a job that agents read."""
        if settings.through != "agents":
            return self._otherwise(settings, job)
        if settings.kind != "active-directory":
            reason = "Agents read Active Directory alone."
            raise RopewayError(Problem("source-settings-invalid", object="source.kind", details={"reason": reason}))
        require_ours(settings.settings)
        domain, patience = domain_of(settings.settings), self._patience_with(job)
        reader = Reader(self._database, self._tenant, domain, job, self._bells, patience, self._clock)
        return AgentSource(reader, travelling(settings.settings))

    def _patience_with(self, job: int) -> Patience:
        """Many domains may be without agents for long: their jobs take no hands from others to wait for them again."""
        with self._database.read() as c:
            row = jobs.load_if_there(c, job)
        stopped = row.standing.stopped if row is not None else None
        deserted = stopped is not None and stopped.error.code == "agents-none-active"
        return replace(self._patience, nobody=0.0) if deserted else self._patience


class AgentSource:
    """A Source that also Enumerates and Resolves. Not for use by two threads at once."""

    def __init__(self, reader: Reader, settings: dict[str, Any]) -> None:
        self._reader = reader
        self._settings = settings
        self._seen: Watermark | None = None
        self._reports: bool | None = None

    def describe(self) -> DirectoryDefinition:
        """The domain's own schema."""
        return self._one("describe", self._arguments(), DefinitionFrame).definition

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """Everything, or every change since the watermark, by whichever agents there are.

        Pages that an agent sent before it was lost come again from another; each says what is.
        """
        self.remember(watermark)
        arguments = self._arguments(wanted, watermark=watermark)
        if watermark is None:
            begun = self._one("begin", arguments, BegunFrame).mark
            arguments = self._arguments(wanted, begun=begun)
        for frame in self._all("read", arguments, PageFrame):
            self._require_domain(frame.page)
            if watermark is not None or frame.page.complete:
                self.remember(frame.page.known)  # before it is worked on: what is asked then must not be older
            yield frame.page

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        """One object by its objectGUID."""
        return self._one("read_one", self._arguments(wanted, anchor=anchor), WholeFrame).whole

    def resolve(self, dn: str, wanted: Wanted) -> Whole | None:
        """One object by its DN."""
        return self._one("resolve", self._arguments(wanted, dn=dn), WholeFrame).whole

    def anchors(self, wanted: Wanted) -> Iterator[AnchorPage]:
        """Every objectGUID of the wanted types."""
        for frame in self._all("anchors", self._arguments(wanted), AnchorsFrame):
            yield frame.page

    def reports_deletions(self) -> bool:
        """Whether tombstones can be seen; a read has said so already."""
        if self._reports is None:
            list(self._all("reports_deletions", self._arguments(), DoneFrame))
        return bool(self._reports)

    def on_wait(self, tell: Callable[[Problem], None]) -> None:
        """Whom to tell that no agent answers."""
        self._reader.tell = tell

    def close(self) -> None:
        """Give back the bell."""
        self._reader.close()

    def _arguments(
        self,
        wanted: Wanted = NOTHING,
        *,
        watermark: Watermark | None = None,
        begun: Watermark | None = None,
        anchor: Anchor | None = None,
        dn: str = "",
    ) -> Arguments:
        return Arguments(self._settings, wanted, watermark, begun, self._seen, anchor, dn)

    def remember(self, watermark: Watermark | None) -> None:
        """How far the job has read before, and of which domain: an agent of another one is refused."""
        if watermark is not None:
            self._seen = watermark
            self._reader.guid = watermark.domain

    def _require_domain(self, page: Page) -> None:
        if page.known is not None and page.known.domain != self._reader.guid:
            details = {"expected": str(self._reader.guid), "found": shown(page.known.domain)}
            raise RopewayError(Problem("agent-of-another-domain", object=self._reader.domain, details=details))

    def _one(self, method: Method, arguments: Arguments, kind: type[F]) -> F:
        """The answer of a method that has one; of several attempts the last."""
        found = list(self._all(method, arguments, kind))
        if not found:
            raise RopewayError(Problem("agent-answer-incomplete", object=self._reader.domain))
        return found[-1]

    def _all(self, method: Method, arguments: Arguments, kind: type[F]) -> Iterator[F]:
        for frame in self._reader.frames(method, arguments):
            if isinstance(frame, DoneFrame) and frame.reports_deletions is not None:
                self._reports = frame.reports_deletions
            if isinstance(frame, kind):
                yield frame
            elif not isinstance(frame, DoneFrame):
                details = {"reason": f"a {type(frame).__name__} does not answer {method}"}
                raise RopewayError(Problem("agent-answer-unreadable", object=self._reader.domain, details=details))
