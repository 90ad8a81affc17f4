"""Which version of Ropeway this is."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("ropeway")
