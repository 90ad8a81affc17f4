"""The queue of cycles where there are many workers, and the process that works it off.

procrastinate  the queue on PostgreSQL (`control.queueing` has the port, and the one that needs no server)
queues         which of them a database has
worker         what a worker does: cycles, errands, messages, housekeeping
process        a worker as a child of the service
"""
