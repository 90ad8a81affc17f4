"""Samba domains of a given size, each a copy of one that was provisioned once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from ropeway.lab import build, controller
from ropeway.lab.company import Size
from ropeway.lab.domain import Domain, opened
from ropeway.lab.load import populate

REALM = "contoso.test"
ADDRESSES = {"large": "127.0.80.1", "small": "127.0.80.2", "busy": "127.0.80.3", "shipped": "127.0.80.4"}
TEMPLATE = "127.0.80.9"

SAY_EVERY = 10_000


class Domains:
    """All domains of one run; leaving it stops them."""

    def __init__(self, folder: Path, lifeline: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._lifeline = lifeline
        self._say = say
        self._running: list[Domain] = []

    def __enter__(self) -> Self:
        self._folder.mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for domain in self._running:
            controller.stop(domain)

    def filled(self, name: str, people: int, groups: int, options: Mapping[str, str] | None = None) -> Domain:
        """A running domain with that many people and groups of 50."""
        domain = self._copy(self._empty, name, options)
        self._load(domain, people, groups)
        return self._start(domain)

    def large(self, people: int, kept: Path | None) -> Domain:
        """A running domain with people alone; a kept one is filled once, and every run works on a copy of it."""
        if kept is None:
            return self.filled("large", people, 0)
        return self._start(self._copy(self._kept(kept.absolute(), people), "large", None))

    def _kept(self, folder: Path, people: int) -> Domain:
        told = folder / "people.json"
        if told.exists() and json.loads(told.read_text()) == people:
            self._say(f"copying the domain kept in {folder}")
            return opened(folder)
        if folder.exists() and any(folder.iterdir()):
            raise RuntimeError(f"{folder} holds something else than a domain of {people:,} people")
        domain = build.provision(folder, REALM, ADDRESSES["large"])
        self._load(domain, people, 0)
        told.write_text(json.dumps(people))
        return domain

    @cached_property
    def _empty(self) -> Domain:
        self._say("provisioning a domain")
        return build.provision(self._folder / "empty", REALM, TEMPLATE)

    def _copy(self, original: Domain, name: str, options: Mapping[str, str] | None) -> Domain:
        folder = self._folder / name
        if folder.exists():  # what a failed attempt left
            shutil.rmtree(folder)
        return build.copy(original, folder, address=ADDRESSES[name], options=options)

    def _load(self, domain: Domain, people: int, groups: int) -> None:
        size = Size(people=people, groups=groups, members=50, largest=50, contacts=0, computers=0, service_accounts=0)
        self._say(f"loading {size.objects:,} objects, about {size.objects / 800:.0f} s")

        def report(done: int) -> None:
            if done % SAY_EVERY == 0:
                self._say(f"  {done:,} loaded")

        populate(domain, size, report=report)

    def _start(self, domain: Domain) -> Domain:
        controller.start(domain, lifeline=self._lifeline)
        self._running.append(domain)
        return domain
