"""Control over HTTP, the service's side.

routes     one route for each row of `ropeway.control.calls`
matching   paths whose parameters may hold anything, a slash too
answering  a request becomes a call of Control, or an errand
"""

from ropeway.service.control.routes import routes

__all__ = ["routes"]
