"""Many tenants in one process: each has parts and routes of its own, made when it is first asked for.

finding   which tenant a request means
hosting   what has been made so far, and which tenants there are by now
dispatch  hands each request to its tenant
"""

from ropeway.service.tenants.dispatch import Dispatch
from ropeway.service.tenants.hosting import Hosted, Hosting

__all__ = ["Dispatch", "Hosted", "Hosting"]
