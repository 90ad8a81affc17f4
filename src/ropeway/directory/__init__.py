"""The hub: Ropeway's own cloud directory, what Connect calls the metaverse.

definition     object types and attributes, with Graph's names
validation     what a value must be like
computed       an object as its contributions make it (pure)
names          user principal names and mail nicknames (pure)
record         one object within a transaction
keys           who holds which unique value
uniqueness     duplicate-attribute resiliency
workspace      what a transaction has loaded
drafts         what a change makes of an object
promotion      contacts of one forest who are users of another
writing        a transaction of changes; flush and links write its rows
matching       which object a source object is
session        opening a working set, and what its troubles are called
target         the hub as one job's Target
administration what administrators do by hand
domains        domains, and the names that follow them; register shows them to administrators
lifetime       the ends of jobs and of binned objects
reading        lists, links, back links
changelog      what happened, in order
directory      all of it behind one class
"""

from __future__ import annotations

from ropeway.directory.changelog import Logged
from ropeway.directory.directory import Directory
from ropeway.directory.features import Features

__all__ = ["Directory", "Features", "Logged"]
