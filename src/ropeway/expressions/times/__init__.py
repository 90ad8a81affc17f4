"""Dates and times: the value, .NET's patterns, reading and writing them.

moment     a point in time, UTC, counted as Active Directory counts
patterns   .NET's custom and standard date and time patterns, taken apart
writing    a moment by a pattern
reading    a text by a pattern
guessing   a text in any of the usual forms
calendar   adding intervals, differences
"""

from __future__ import annotations

from ropeway.expressions.times.moment import Moment

__all__ = ["Moment"]
