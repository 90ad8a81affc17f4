"""What a client says about the form of its answer: Accept, Prefer, OData-Version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from starlette.requests import Request

from ropeway.model.problems import Problem, RopewayError, shown

Metadata = Literal["none", "minimal", "full"]
_LEVELS: Mapping[str, Metadata] = {"none": "none", "minimal": "minimal", "full": "full"}
ASYNC = "respond-async"
LONGEST = 1024
"""Characters of a header that are read."""
_PAGE = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*\"?(\d{1,9})\"?", re.IGNORECASE)
_NOTES = re.compile(r"(?:odata\.)?include-annotations\s*=\s*\"([^\"]*)\"", re.IGNORECASE)
_ASYNC = re.compile(rf"(?:^|,)\s*{ASYNC}\s*(?:[,;]|$)", re.IGNORECASE)
_RETURN = re.compile(r"return\s*=\s*\"?(minimal|representation)\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer."""

    metadata: Metadata = "minimal"
    """none: without @odata.context. full is answered as minimal."""
    page: int | None = None
    """Prefer: odata.maxpagesize."""
    representation: bool | None = None
    """Prefer: return=representation or return=minimal."""
    is_async: bool = False
    """Prefer: respond-async."""
    annotations: tuple[str, ...] = ()
    """Prefer: odata.include-annotations; patterns as `ropeway.*`, in small letters."""

    def wants(self, annotation: str) -> bool:
        """Whether the client prefers to be told this annotation, which is told to nobody else."""
        name = annotation.lower()
        return any(one in ("*", name) or (one.endswith(".*") and name.startswith(one[:-1])) for one in self.annotations)

    @property
    def content_type(self) -> str:
        """Of JSON answers."""
        return f"application/json;odata.metadata={self.metadata};charset=utf-8"

    def applied(self, *names: str) -> dict[str, str]:
        """Preference-Applied, with those of the preferences that were followed."""
        told = {
            "return": None if self.representation is None else ("minimal", "representation")[self.representation],
            "odata.maxpagesize": None if self.page is None else str(self.page),
            "odata.include-annotations": f'"{",".join(self.annotations)}"' if self.annotations else None,
        }
        words = [f"{name}={told[name]}" for name in names if told[name] is not None]
        return {"Preference-Applied": ", ".join(words)} if words else {}


def form_of(request: Request) -> Form:
    """What the headers ask for; RopewayError `not-acceptable` where JSON will not do, `query-unreadable` otherwise."""
    said = request.headers
    return _form(
        said.get("accept", "")[:LONGEST],
        ",".join(said.getlist("prefer"))[:LONGEST],
        said.get("odata-version", "4.0")[:LONGEST],
        said.get("odata-maxversion", "4.0")[:LONGEST],
    )


@lru_cache(maxsize=64)
def _form(accept: str, prefer: str, *versions: str) -> Form:
    if (other := next((one for one in versions if one not in ("4.0", "4.01")), None)) is not None:
        raise RopewayError(Problem("odata-version-unsupported", value=shown(other)))
    page = _PAGE.search(prefer)
    wanted = _RETURN.search(prefer)
    notes = _NOTES.search(prefer)
    return Form(
        metadata=_metadata(accept),
        page=max(1, int(page[1])) if page and int(page[1]) else None,
        representation=wanted[1].lower() == "representation" if wanted else None,
        is_async=_ASYNC.search(prefer) is not None,
        annotations=tuple(one.strip().lower() for one in notes[1].split(",") if one.strip()) if notes else (),
    )


def _metadata(accept: str) -> Metadata:
    if not accept.strip():
        return "minimal"
    for one in accept.split(","):
        kind, *words = [word.strip().lower() for word in one.split(";")]
        if kind in ("*/*", "application/*", "application/json") and "q=0" not in words:
            level = next(
                (word.partition("=")[2] for word in words if word.startswith(("odata.metadata=", "metadata="))), ""
            )
            return _LEVELS.get(level.strip('"'), "minimal")
    raise RopewayError(Problem("not-acceptable", value=shown(accept)))
