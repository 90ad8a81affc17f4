"""Calls of Control that read a source or take long: asked for by the API, done by a worker.

asking     a call becomes a row
serving    a worker's side: takes errands, does them with its own Control, tells how far they are
doing      one errand, to its last line
waiting    for a job that a cycle has just now
losing     what becomes of an errand whose worker died
watching   one thread of the API that looks after all errands somebody waits for
blocking   the same as a call that returns
following  the answer, line by line: progress, parts, signs of life, at last a result or a problem
"""

from ropeway.service.errands.asking import ask
from ropeway.service.errands.blocking import by_errand
from ropeway.service.errands.following import follow
from ropeway.service.errands.serving import serve
from ropeway.service.errands.watching import Watch

__all__ = ["Watch", "ask", "by_errand", "follow", "serve"]
