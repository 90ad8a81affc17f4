"""The state in one file: taken while everything runs, put back into SQLite or PostgreSQL, whichever it came from.

    archive.py     the file: header, compressed blocks, digest
    tables.py      what is in it, what is not, and what a restore leaves alone
    reading.py     a database as blocks, of one moment
    filling.py     blocks into a database
    counters.py    numbers that are never used again
    taking.py      a backup to a stream, a file, a folder of the last ones
    restoring.py   everything checked before anything is touched
    exchange.py    then one transaction: old or new, never half of each
    older.py       an archive of an earlier version, brought up to this one
    on_site.py     the same by the state's address, for the command line

docs/operations.md tells it to those who use it.
"""
