"""What the engine asks of a source and of a target. Implementations live in `connectors/` and `directory/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.changes import Change, Desired, Effect, MatchKey, MatchResult, Outcome
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import AnchorPage, Page, Whole
from ropeway.model.watermark import Wanted, Watermark


class Source(Protocol):
    """A directory to read. Errors are RopewayError; everything in pages already given out remains true."""

    def describe(self) -> DirectoryDefinition:
        """Object types, attributes and references, as the server's own schema says."""
        ...

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """Everything (None), or every change since the watermark; with nothing new, no page or one empty page.

        A watermark that cannot be trusted raises `FullReadNeeded`; another domain's raises RopewayError
        `watermark-of-another-domain`. A full read yields its watermark with the last page only, taken before it
        began, so that the next read brings what changed meanwhile.
        """
        ...

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        """One object as it is now, links and back links included; None where it is gone or cannot be seen."""
        ...

    def close(self) -> None:
        """Let go of connections and files; closing twice is closing once."""
        ...


class FullReadNeeded(Exception):  # noqa: N818 - not an error: an answer
    """The watermark cannot be continued (too old, unknown controller, server behind); why is the text."""


@runtime_checkable
class Enumerates(Protocol):
    """A source that can list its anchors cheaply, to find deletions nobody reported."""

    def anchors(self, wanted: Wanted) -> Iterator[AnchorPage]:
        """All anchors that exist now; absence counts only after a page that says `complete`."""
        ...

    def reports_deletions(self) -> bool:
        """Whether reads bring Gone; where not, the engine compares anchors every hour instead of every 7 days."""
        ...


@runtime_checkable
class Watches(Protocol):
    """A source that can say early that something changed."""

    def wait(self, seconds: float) -> bool:
        """Return early with True when something changed; False when the time is over."""
        ...

    def brings(self, watermark: Watermark) -> bool:
        """Whether a read from this watermark, made by whichever controller, would bring anything here and now."""
        ...


@runtime_checkable
class Resolves(Protocol):
    """A source that finds an object by the name an administrator types."""

    def resolve(self, dn: str, wanted: Wanted) -> Whole | None:
        """The object with that DN now, or None."""
        ...


@runtime_checkable
class Restarts(Protocol):
    """A source whose full read may be begun anew by another process, under the mark of its first attempt.

    Only so is what the first attempt delivered, and somebody deleted before the second, in the changes since the mark.
    """

    def identity(self) -> str:
        """`DirectoryDefinition.id` of the directory that is connected right now."""
        ...

    def begin(self, wanted: Wanted) -> Watermark:
        """The mark for a full read that begins now."""
        ...

    def read_everything(self, begun: Watermark, wanted: Wanted) -> Iterator[Page]:
        """`read(None, wanted)` with that mark."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A source of several servers, of which one may not have yet what another told."""

    def remember(self, watermark: Watermark | None) -> None:
        """How far the job has read: a server behind it says nothing about absence, and is not asked for one object."""
        ...


class Target(Protocol):
    """A directory to write, seen by one job."""

    def describe(self) -> DirectoryDefinition:
        """Object types and attributes that can be written."""
        ...

    def find(self, keys: Sequence[MatchKey]) -> Sequence[MatchResult]:
        """Which object each source object is: known contribution, source anchor (bin included), candidates."""
        ...

    def preview(self, changes: Sequence[Change]) -> Sequence[Effect]:
        """What `write` would do, without doing it."""
        ...

    def write(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Do it, in order, in transactions of its own. Sending it twice is the same as sending it once."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """A target that can work out what it will write before it may."""

    def prepare(self, changes: Sequence[Change]) -> Callable[[], Sequence[Outcome]]:
        """`write` of these changes, to be called later; what changed in the meantime counts."""
        ...


class Owned(msgspec.Struct, frozen=True):
    """An object of the target that carries this job's contribution."""

    anchor: Anchor
    source_anchor: str
    type: str
    target: TargetId
    name: str
    """A DN or display name, for messages."""
    attributes: Desired | None = None
    """What the job says of it; None where it is in the bin."""


class OwnedLink(msgspec.Struct, frozen=True):
    """A link of the target that this job contributes."""

    anchor: Anchor
    attribute: str
    """As the target calls it."""
    other: Reference


@runtime_checkable
class Owns(Protocol):
    """A target that can list what the job contributes, so that a lost state loses no deletion and no removal."""

    def owned(self, after: str, limit: int) -> Sequence[Owned]:
        """In the order of anchors, from the one after `after`."""
        ...

    def owned_links(self, anchors: Sequence[Anchor], after: OwnedLink | None, limit: int) -> Sequence[OwnedLink]:
        """Links of these objects by anchor, attribute and other end, from the one after `after`."""
        ...
