"""A problem as an exception."""

from __future__ import annotations

from ropeway.model.problems.catalogue import describe
from ropeway.model.problems.problem import Problem


class RopewayError(Exception):
    """A problem that ends what was being done; everything before it is kept.

    The whole tree: RopewayError is the only class that a command catches; its problem's code says the rest.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(describe(problem))
        self.problem = problem

    def __reduce__(self) -> tuple[type[RopewayError], tuple[Problem]]:
        """To be raised again in another process."""
        return type(self), (self.problem,)
