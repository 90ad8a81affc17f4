"""What one run of the benchmark works with: its sizes, its folder, its domains, and a voice."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks import tenant
from benchmarks.domains import Domains
from benchmarks.process import Used
from benchmarks.sizes import Sizes
from ropeway.lab.domain import AS_SHIPPED, Domain


@dataclass
class Bench:
    """One run. What is expensive is made when it is first asked for, and thrown away at the end."""

    sizes: Sizes
    folder: Path
    ending: ExitStack
    kept: Path | None = None
    """Where the large domain is kept from run to run."""
    began: float = field(default_factory=time.monotonic)

    def say(self, sentence: str) -> None:
        """A remark to whoever waits."""
        print(f"{time.monotonic() - self.began:6.0f} s  {sentence}", file=sys.stderr, flush=True)

    @contextmanager
    def throwaway(self, name: str) -> Generator[Path]:
        """A folder for a moment."""
        folder = self.folder / name
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    @cached_property
    def domains(self) -> Domains:
        """The domains of this run; none outlives it, because each controller holds the other end of a pipe."""
        lifeline, ours = os.pipe()
        self.ending.callback(os.close, lifeline)
        self.ending.callback(os.close, ours)
        return self.ending.enter_context(Domains(self.folder / "domains", lifeline, self.say))

    @cached_property
    def large(self) -> Domain:
        """The domain with most users, running."""
        return self.domains.large(self.sizes.users, self.kept)

    @cached_property
    def large_state(self) -> tuple[Path, Used]:
        """A state in step with the large domain, and what the whole initial synchronization took."""
        return self._synchronized("large.db", self.large)

    @cached_property
    def small(self) -> Domain:
        """A domain with few users, running."""
        return self.domains.filled("small", self.sizes.few, 0)

    @cached_property
    def small_state(self) -> Path:
        """A state in step with the small domain."""
        return self._synchronized("small.db", self.small)[0]

    @cached_property
    def as_shipped(self) -> tuple[Domain, Path]:
        """A domain with few users whose controller has Samba's own settings, and a state in step with it."""
        domain = self.domains.filled("shipped", self.sizes.few, 0, AS_SHIPPED)
        return domain, self._synchronized("shipped.db", domain)[0]

    @cached_property
    def busy(self) -> tuple[Domain, Path]:
        """A domain with people and groups, and a state in step with it."""
        domain = self.domains.filled("busy", self.sizes.people, self.sizes.groups)
        return domain, self._synchronized("busy.db", domain)[0]

    def _synchronized(self, name: str, domain: Domain) -> tuple[Path, Used]:
        state = self.folder / name
        tenant.prepare(state, tenant.of_domain(domain))
        self.say(f"initial synchronization of {domain.folder.name}")
        return state, tenant.run_once(state)


@contextmanager
def opened(sizes: Sizes, kept: Path | None) -> Generator[Bench]:
    """A run, and afterwards no process and no file of it."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="ropeway-bench-")))
        yield Bench(sizes, folder, ending, kept)
