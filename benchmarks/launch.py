"""Runs a command and reports what it used. Arguments: the report's file, the command.

A program of its own because a process inherits the peak memory of the one that started it: this one is small. It
imports nothing of the project and is run without site-packages.
"""

import json
import os
import signal
import sys
import time

report, *command = sys.argv[1:]
signal.signal(signal.SIGTERM, signal.SIG_IGN)  # meant for the command, which is waited for
began = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ, setsigdef=[signal.SIGTERM])
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - began
with open(report, "w") as file:
    json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}, file)
sys.exit(os.waitstatus_to_exitcode(status))
