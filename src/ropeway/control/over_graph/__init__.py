"""Calls of Control that Graph's API has, asked of it as any client of Microsoft Graph asks.

graph  a tenant's Graph: paths, bodies, pages, revisions
jobs   jobs and what is done with them
schemas   where every attribute comes from
logs   what happened
agents, switches, domains   agents; directory synchronization as a whole; domains

Where a command shows more than Graph has a property for, it asks for an annotation that tells the whole record
(`Prefer: odata.include-annotations`): one path, one permission, one answer.
"""
