"""Upwards: what a call brings, piece by piece."""

from __future__ import annotations

import msgspec

from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import AnchorPage, Page, Whole
from ropeway.model.problems import Problem
from ropeway.model.watermark import Watermark


class PageFrame(msgspec.Struct, frozen=True, tag="page"):
    """A page of `read`."""

    page: Page


class AnchorsFrame(msgspec.Struct, frozen=True, tag="anchors"):
    """A page of `anchors`."""

    page: AnchorPage


class WholeFrame(msgspec.Struct, frozen=True, tag="whole"):
    """What `read_one` and `resolve` found."""

    whole: Whole | None


class DefinitionFrame(msgspec.Struct, frozen=True, tag="definition"):
    """What `describe` found."""

    definition: DirectoryDefinition


class BegunFrame(msgspec.Struct, frozen=True, tag="begun"):
    """The mark of `begin`; None where the source cannot begin a full read anew under one mark."""

    mark: Watermark | None


class DoneFrame(msgspec.Struct, frozen=True, tag="done"):
    """The end of an answer that is whole. Without it an answer is half an answer."""

    reports_deletions: bool | None = None
    """Where the source was asked, or knows by now."""


class FailedFrame(msgspec.Struct, frozen=True, tag="failed"):
    """The RopewayError that ended the method."""

    problem: Problem


class FullReadFrame(msgspec.Struct, frozen=True, tag="full-read"):
    """The method ended with FullReadNeeded."""

    reason: str


Frame = PageFrame | AnchorsFrame | WholeFrame | DefinitionFrame | BegunFrame | DoneFrame | FailedFrame | FullReadFrame
