"""The running system: directory and jobs behind HTTPS, and workers that run the cycles.

    http/      the application: who is asking, errors, TLS, tokens, the local authority
    control/   Control over HTTP, by the table of calls that the client reads, too (`ropeway.control.calls`)
    graph/     the same in Microsoft Graph's shape
    gateway/   what agents talk to; and a Source that reads through them
    errands/   calls that read a source or take long, handed to a worker
    acts       what administrators did, for the audit trail
    work/      the queue of cycles, and the process that works it off
    operating/ health, metrics, traces, logs, backup

Two kinds of processes: a *service* answers HTTPS and touches no source; a *worker*, its child, runs cycles and errands,
so that a synchronization never starves an answer. They share nothing but the database, whose bell wakes them
(`store/bell.py`): any number of both may run on one PostgreSQL, and any may die at any moment.
"""
