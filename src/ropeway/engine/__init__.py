"""The seven stages, and the cycle that runs them.

ports       what the engine asks of a source, a target and the state
cycle       the story: recover, import, decide, guard, export
importing   1 import: pages from the source since the watermark
scoping     2 scope: is this object in scope
matching    3 match: which target object is it
mapping     4 map: attribute flows
references  5 references: links whose ends the target knows
planning    6 plan: the least change, and guards on the whole
exporting   7 export: changes in order, outcome of each recorded
explaining  why an object is as it is
"""
