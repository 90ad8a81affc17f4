"""Which jobs are due, and how they are worked off on the state alone.

queue      the port: ask for a cycle, work off what is asked for
clock      tells which jobs are due, as soon as they are
attempt    one run of one job, whose failure stops no other
scheduler  the queue that needs nothing but the state; `service.work` has another, for PostgreSQL
"""
