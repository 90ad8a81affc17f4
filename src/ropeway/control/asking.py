"""Finding what an administrator asks about: in the jobs' pictures, in the directory, at last in the sources."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from ropeway.control.explaining import Explainer
from ropeway.control.protocol import EventFilter, EventView, ExplainView
from ropeway.control.sources import Sources
from ropeway.control.views import told as watermark_told
from ropeway.directory import Directory
from ropeway.engine.explaining import Explaining, Explanation, tried
from ropeway.engine.intake import entry_of
from ropeway.engine.ports import Resolves
from ropeway.engine.records import Entry, Escrow
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings
from ropeway.model.pages import Whole
from ropeway.model.problems import Problem, RopewayError, title_of
from ropeway.rules import Rules, compile_rules
from ropeway.rules.layers import job_schema
from ropeway.store import explaining, looking
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")

EVENTS_TOLD = 10

NOT_READ = "not imported yet"


class Asking:
    """Answers one question about one object."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        tenant: int,
        sources: Sources,
        events: Callable[[EventFilter], Sequence[EventView]],
    ) -> None:
        self._db = database
        self._directory = directory
        self._tenant = tenant
        self._sources = sources
        self._events = events

    def explain(self, names: Sequence[str], rows: Sequence[JobRow], jobs: dict[int, str]) -> ExplainView:
        """The object with one of these names, the first being what was typed; `object-unknown` where nobody knows it.

        Of several jobs that bring it, the one of the highest precedence tells; it names the others.
        """
        explainer = Explainer(self._db, self._directory, self._tenant, jobs)
        rows = sorted(rows, key=lambda row: (row.settings.precedence, row.number))
        known = [(row, entry) for row in rows for entry in self._stored(row, names)]
        if known:
            return self._of_job(explainer, known)
        for row in rows:
            if (aside := self._unread(row, names)) is not None:
                return self._not_understood(row, aside)
        for name in filter(_GUID.fullmatch, names):
            if (said := self._directory.said_of(name.lower())) is not None:
                return explainer.of_directory(said, self._events(EventFilter(object=said.id, limit=EVENTS_TOLD)))
        if known := [(row, entry) for row in rows for entry in self._addressed(row, names[0])]:
            return self._of_job(explainer, known)
        return self._from_sources(explainer, rows, names[0])

    def _of_job(self, explainer: Explainer, known: Sequence[tuple[JobRow, Entry]]) -> ExplainView:
        row, entry = min(known, key=lambda pair: (not pair[1].live, pair[1].type == "contact"))
        told = self._events(EventFilter(job=row.name, object=entry.anchor, limit=EVENTS_TOLD))
        return explainer.of_job(row, _rules(row.settings), entry, told)

    def _stored(self, row: JobRow, names: Sequence[str]) -> list[Entry]:
        with self._db.read() as c:
            for name in dict.fromkeys(names):
                if found := looking.entries_named(c, Key(tenant=self._tenant, job=row.number), name):
                    return found
        return []

    def _addressed(self, row: JobRow, name: str) -> list[Entry]:
        """Whoever has that principal name on premises, and is not in the directory."""
        if "@" not in name:
            return []
        with self._db.read() as c:
            return looking.entries_addressed(c, Key(tenant=self._tenant, job=row.number), name)

    def _unread(self, row: JobRow, names: Sequence[str]) -> Escrow | None:
        with self._db.read() as c:
            key = Key(tenant=self._tenant, job=row.number)
            return next((aside for name in names if (aside := explaining.unread(c, key, name))), None)

    def _not_understood(self, row: JobRow, aside: Escrow) -> ExplainView:
        """An object that stops at the import."""
        return ExplainView(
            object=aside.problem.object or aside.anchor,
            anchor=aside.anchor,
            type="",
            job=row.name,
            state="escrowed",
            steps=(
                {
                    "stage": "import",
                    "outcome": f"set aside: {title_of(aside.problem)}",
                    "rule": "",
                    "details": [tried(aside)],
                },
            ),
            problems=(aside.problem,),
            events=tuple(self._events(EventFilter(job=row.name, object=aside.anchor, limit=EVENTS_TOLD))),
        )

    def _from_sources(self, explainer: Explainer, rows: Sequence[JobRow], name: str) -> ExplainView:
        """An object that no job has read: its sources are asked, and it is told what would become of it."""
        trouble: RopewayError | None = None
        for row in rows if "=" in name or _GUID.fullmatch(name) else ():
            rules = _rules(row.settings)
            try:
                whole = self._live(row, rules, name)
            except RopewayError as error:
                trouble = trouble or error
                continue
            if whole is not None:
                return self._foretold(explainer, row, rules, whole)
        if trouble is not None:
            raise trouble
        raise RopewayError(Problem("object-unknown", object=name))

    def _live(self, row: JobRow, rules: Rules, name: str) -> Whole | None:
        source = self._sources(row.settings.source, row.number)
        try:
            guid = _GUID.fullmatch(name)
            if guid is not None:
                return source.read_one(Anchor(guid[1].lower()), rules.wanted())
            return source.resolve(name, rules.wanted()) if isinstance(source, Resolves) else None
        finally:
            source.close()

    def _foretold(self, explainer: Explainer, row: JobRow, rules: Rules, whole: Whole) -> ExplainView:
        entry = entry_of(whole.anchor, whole.type, whole.parent, whole.dn, whole.attributes)
        state = SqlState(self._db, self._tenant, row.number)
        target = self._directory.target(row.number, precedence=row.settings.precedence)
        told: Explanation = Explaining(row.settings, rules, state, time.time(), target, row.id).of(entry)
        mark = watermark_told(row.watermark)
        read = f"the last read was {mark}" if mark else f"the job {row.name} has never run"
        told.steps[0] |= {"outcome": NOT_READ, "details": [read, "the next cycle brings it"]}
        if told.state == "not matched yet":
            told.state = NOT_READ
        else:
            told.state = f"{NOT_READ}; it would be {told.state}"
        return explainer.whole(row, rules, entry, told)


def _rules(settings: JobSettings) -> Rules:
    return compile_rules(job_schema(settings))
