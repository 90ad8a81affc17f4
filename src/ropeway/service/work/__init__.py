"""The queue of cycles, and the process that works it off.

queue          the port: ask for a cycle, work off what is asked for
scheduler      the service's own, on the state alone
procrastinate  the same on PostgreSQL, for many workers
queues         which of them a database has
clock          tells both which jobs are due, as soon as they are
worker         what a worker does: cycles, errands, messages, housekeeping
process        a worker as a child of the service
"""
