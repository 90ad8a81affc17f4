"""The seven stages, and the cycle that runs them.

ports       what the engine asks of a source and a target
state       what it asks of a job's state; records are its rows
work        a job's parts, and the clock
cycle       the story: recover, import, decide, guard, export
importing   1 import: pages from the source since the watermark; ahead reads while pages are stored
intake        one page turned into rows
ownership     after a full read: what we own that the source no longer has
scoping     2 scope: is this object in scope
deciding    3 match, and the order of 2 to 6 for one batch of the work list
mapping     4 map: what an object's attribute flows are given
references  5 references: links as a target is told them
planning    6 plan: the least change
guards      6 plan: what would be taken away on the whole
exporting   7 export: changes in order, outcome of each recorded
explaining  why an object is as it is
"""
