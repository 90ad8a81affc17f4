"""Watermarks: what is in them, and when they may be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from ropeway.connectors.active_directory.session import Moment, Session
from ropeway.connectors.active_directory.settings import Settings
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.values import digest
from ropeway.model.watermark import Wanted, Watermark

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Mode:
    """How changes are found."""

    method: Literal["dirsync", "usn"]
    object_security: bool = False


DIRSYNC = Mode("dirsync")
OBJECT_SECURITY = Mode("dirsync", True)
USN = Mode("usn")


def allowed(settings: Settings) -> tuple[Mode, ...]:
    """The modes that the settings permit, best first."""
    dirsync = OBJECT_SECURITY if settings.object_security else DIRSYNC
    if settings.method == "usn":
        return (USN,)
    if settings.method == "dirsync":
        return (dirsync,)
    return (OBJECT_SECURITY, USN) if settings.object_security else (DIRSYNC, OBJECT_SECURITY, USN)


class Opaque(msgspec.Struct, frozen=True, array_like=True):
    """The part of a watermark that only this connector understands."""

    cookie: bytes
    object_security: bool
    types: dict[str, tuple[str, ...]]
    """What was wanted: tells which attributes are new."""
    check: bytes = b""
    """Digest of the cookie: a controller may take a damaged one for an old one."""


def make(session: Session, mode: Mode, moment: Moment, wanted: Wanted, cookie: bytes) -> Watermark:
    """A mark for everything up to the cookie, or up to the moment's USN."""
    opaque = Opaque(cookie, mode.object_security, wanted.types, digest(cookie))
    return Watermark(
        method=mode.method,
        domain=session.domain,
        controller=session.invocation,
        usn=moment.usn,
        time=moment.time,
        wanted=wanted.digest,
        opaque=msgspec.msgpack.encode(opaque),
    )


def trusted(mark: Watermark, session: Session, moment: Moment, settings: Settings) -> Opaque:
    """The mark's content, after every check; FullReadNeeded says in words which one failed."""
    _check_domain(mark, session, settings)
    opaque = _opened(mark)
    mode = mode_of(mark, opaque)
    if mode not in allowed(settings):
        raise FullReadNeeded("The settings now ask for another way of finding changes than the watermark was made by.")
    _check_history(mark, session, moment)
    days = session.tombstone_days
    if moment.time - mark.time > days * DAY:
        age = int((moment.time - mark.time) / DAY)
        raise FullReadNeeded(f"The watermark is {age} days old; deleted objects can be seen for {days} days only.")
    return opaque


def wanted(mark: Watermark) -> Wanted:
    """What was read up to the mark."""
    return Wanted(_opened(mark).types)


def mode_of(mark: Watermark, opaque: Opaque) -> Mode:
    """The way in which a mark's changes were found."""
    return Mode("usn" if mark.method == "usn" else "dirsync", opaque.object_security)


def mode_read_from(mark: Watermark, session: Session, settings: Settings) -> Mode:
    """The way of a mark that was taken at the beginning of a full read, perhaps by another process."""
    _check_domain(mark, session, settings)
    return mode_of(mark, _opened(mark))


def _check_domain(mark: Watermark, session: Session, settings: Settings) -> None:
    if mark.domain != session.domain:
        details = {"mark": mark.domain, "domain": settings.domain, "found": session.domain}
        raise RopewayError(Problem("watermark-of-another-domain", object=settings.domain, details=details))


def _opened(mark: Watermark) -> Opaque:
    if mark.method not in ("dirsync", "usn"):
        raise FullReadNeeded(f"The watermark was made by the method {mark.method}, which no domain controller knows.")
    try:
        opaque = msgspec.msgpack.decode(mark.opaque, type=prepared(Opaque))
    except (msgspec.MsgspecError, ValueError):
        raise FullReadNeeded("The watermark is damaged: its opaque part cannot be read.") from None
    if opaque.check != digest(opaque.cookie) or (mark.method == "dirsync" and not opaque.cookie):
        raise FullReadNeeded("The watermark is damaged: its cookie is not the one that was stored.")
    return opaque


def _check_history(mark: Watermark, session: Session, moment: Moment) -> None:
    if mark.controller == session.invocation:
        if moment.usn < mark.usn:
            raise FullReadNeeded(
                f"The controller is at USN {moment.usn}, behind the watermark's {mark.usn}: "
                "it was set back to an earlier state."
            )
        return
    if mark.method == "usn":
        raise FullReadNeeded("The watermark counts another controller's changes (uSNChanged), not this one's.")
    if mark.controller not in session.known_invocations:
        raise FullReadNeeded(
            f"No controller of the domain has the invocationId {mark.controller}: "
            "it was removed, or set back to an earlier state."
        )
