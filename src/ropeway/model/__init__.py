"""What everything speaks, in the order in which data flows.

anchors       names that a directory never reuses
values        what an attribute can hold, and how values are compared
definition    the object types and attributes a directory offers
watermark     how far a job has read, and what that claim is worth
pages         what a source delivers: Whole, Patch, Gone, links
changes       what a target is asked to do, and what it answers
job           settings of one synchronization
problems      everything that can go wrong, with cause and remedy
directory     what the directory is asked about
secret        values that never print
prepared      types that several threads may have filled at once
"""
