"""The service in Microsoft Graph's shape: jobs, provisioning log, agents (graph-scim.md B).

api                 what all of them share: parts, long calls, ids of the tenant
short_lists         $search and deltas of lists that are at hand
service_principals  Ropeway's own, and applications that sign in
openapi             all of it as a document
jobs, job_actions   synchronization jobs, and what is done with them
job_shape, job_settings, counting, durations    a job as Graph tells it
on_demand           one object now: JSON within texts
credentials, saved  validateCredentials, secrets, acquireAccessToken
schemas             schemas of jobs and templates; schema_shape, directories, expressions, vocabulary: their parts
templates           what jobs are made from
uploading, scim_users   people that clients upload to a job
opaque              ids of lines and cycles, whose numbers count those of all tenants
provisioning_log, provisioning_shape, directory_audits, sign_ins, logs    the logs
roles               directory roles
on_premises         switches of the tenant's synchronization
objects             users, groups, contacts, devices
publishing, agents  agents, agent groups, published resources
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from ropeway.service.graph import directory_audits, objects, sign_ins
from ropeway.service.graph.agents import Served
from ropeway.service.graph.api import Api, Long, directly
from ropeway.service.graph.applications import ApplicationRoutes
from ropeway.service.graph.consents import Consents
from ropeway.service.graph.counting import Counting
from ropeway.service.graph.credentials import Credentials
from ropeway.service.graph.job_actions import JobActions
from ropeway.service.graph.jobs import Jobs
from ropeway.service.graph.objects.throttling import Throttle
from ropeway.service.graph.on_premises import OnPremises
from ropeway.service.graph.provisioning_log import ProvisioningLog
from ropeway.service.graph.publishing import Publishing
from ropeway.service.graph.roles import DirectoryRoles
from ropeway.service.graph.schemas import Schemas
from ropeway.service.graph.service_principals import ServicePrincipals
from ropeway.service.graph.templates import Templates
from ropeway.service.graph.uploading import Uploading
from ropeway.service.odata import batch
from ropeway.service.parts import Parts

__all__ = ["Long", "routes"]


def routes(parts: Parts, long: Long | None = None) -> list[BaseRoute]:
    """Every route; `long` does what reads a source or takes long, here and now where nobody says otherwise."""
    api = Api(parts, long or directly(parts))
    jobs = Jobs(api, Counting(parts.clock))
    schemas = Schemas(jobs)
    of_directory = [
        *ApplicationRoutes(api).routes(),
        *ServicePrincipals(api).routes(),
        *Consents(api).routes(),
        *objects.routes(api),
        *DirectoryRoles(api).routes(),
    ]
    found = [
        *Throttle(api).on(of_directory),
        *OnPremises(api).routes(),
        *Credentials(jobs).routes(),
        *jobs.routes(),
        *JobActions(jobs).routes(),
        *Uploading(jobs).routes(),
        *schemas.routes(),
        *Templates(api, schemas).routes(),
        *ProvisioningLog(api).routes(),
        *directory_audits.log(parts).routes(),
        *sign_ins.log(parts).routes(),
        *Publishing(api, Served(api)).routes(),
    ]
    return [*batch.routes(parts, found), *found]
