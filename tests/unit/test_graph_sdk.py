"""Microsoft's own Graph SDK for Python and azure-identity, unchanged, over TLS."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from tests.unit.sign_in_office import GRAPH, Office, office

__all__ = ["office"]

T = TypeVar("T")
Asks = Callable[[GraphServiceClient], Awaitable[T]]


class OfPerson:
    """A credential whose token was got otherwise."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)

    def close(self) -> None:
        """There is nothing to let go."""


@contextmanager
def by_secret(office: Office, *permissions: str) -> Generator[ClientSecretCredential]:
    app, secret = office.application("Script", *permissions)
    with ClientSecretCredential(
        office.tenant, app.app_id, secret,
        authority=office.service.url, disable_instance_discovery=True, connection_verify=str(office.ca),
    ) as credential:  # fmt: skip
        yield credential


def asked(office: Office, credential: Any, asks: Asks[T]) -> T:
    """What the SDK gets, with nothing changed but the address and the authority that it trusts."""

    async def run() -> T:
        base = f"{office.service.url}/v1.0"
        context = ssl.create_default_context(cafile=str(office.ca))
        async with httpx.AsyncHTTPTransport(verify=context) as transport:  # the SDK's own does not close it
            client = httpx.AsyncClient(base_url=base, transport=transport, timeout=30)
            http = GraphClientFactory.create_with_default_middleware(client=client)
            provider = AzureIdentityAuthenticationProvider(credential, scopes=[GRAPH], allowed_hosts=["127.0.0.1"])
            adapter = GraphRequestAdapter(provider, client=http)
            adapter.base_url = base
            return await asks(GraphServiceClient(request_adapter=adapter))

    return asyncio.run(run())


def person(name: str) -> User:
    """What a script says of a new user."""
    upn = f"{name}@contoso.test"
    return User(account_enabled=True, display_name=name.title(), mail_nickname=name, user_principal_name=upn)


def test_users_are_made_changed_listed_deleted_and_restored(office: Office) -> None:
    async def script(graph: GraphServiceClient) -> None:
        made = await graph.users.post(person("adele"))
        assert made is not None
        assert made.id is not None
        for name in ("bo", "cleo", "dag"):
            await graph.users.post(person(name))
        await graph.users.by_user_id("adele@contoso.test").patch(User(job_title="Engineer"))
        shown = await graph.users.by_user_id(made.id).get()
        assert shown is not None
        assert (shown.job_title, shown.user_principal_name) == ("Engineer", "adele@contoso.test")
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(top=2, select=["displayName"])
        page = await graph.users.get(request_configuration=RequestConfiguration(query_parameters=query))
        names: list[str | None] = []
        while page is not None:
            names += [one.display_name for one in page.value or []]
            page = await graph.users.with_url(page.odata_next_link).get() if page.odata_next_link else None
        assert names == ["Adele", "Bo", "Cleo", "Dag"]
        await graph.users.by_user_id(made.id).delete()
        binned = await graph.directory.deleted_items.graph_user.get()
        assert binned is not None
        assert [one.id for one in binned.value or []] == [made.id]
        await graph.directory.deleted_items.by_directory_object_id(made.id).restore.post(None)  # pyright: ignore[reportArgumentType] - no body is none
        assert await graph.users.by_user_id(made.id).get()

    with by_secret(office, "User.ReadWrite.All", "Directory.ReadWrite.All") as credential:
        asked(office, credential, script)


def test_groups_with_members_owners_and_casts(office: Office) -> None:
    async def script(graph: GraphServiceClient) -> None:
        user = await graph.users.post(person("adele"))
        group = await graph.groups.post(
            Group(display_name="Makers", mail_enabled=False, mail_nickname="makers", security_enabled=True)
        )
        assert user is not None
        assert group is not None
        assert group.id is not None
        reference = ReferenceCreate(odata_id=f"{office.service.url}/v1.0/directoryObjects/{user.id}")
        one = graph.groups.by_group_id(group.id)
        await one.members.ref.post(reference)
        members = await one.members.graph_user.get()
        assert members is not None
        assert [m.display_name for m in members.value or []] == ["Adele"]
        of_user = await graph.users.by_user_id(str(user.id)).member_of.get()
        assert of_user is not None
        assert [m.id for m in of_user.value or []] == [group.id]
        await one.members.by_directory_object_id(str(user.id)).ref.delete()
        members = await one.members.get()
        assert members is not None
        assert members.value == []
        query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
            search='"displayName:mak"', count=True, orderby=["displayName"]
        )
        configuration = RequestConfiguration(query_parameters=query)
        configuration.headers.add("ConsistencyLevel", "eventual")
        found = await graph.groups.get(request_configuration=configuration)
        assert found is not None
        assert found.odata_count == 1

    with by_secret(office, "User.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All") as credential:
        asked(office, credential, script)


def test_deltas_tell_what_changed(office: Office) -> None:
    async def script(graph: GraphServiceClient) -> None:
        made = await graph.users.post(person("adele"))
        assert made is not None
        page = await graph.users.delta.get()
        assert page is not None
        assert [one.id for one in page.value or []] == [made.id]
        await graph.users.by_user_id(str(made.id)).delete()
        assert page.odata_delta_link is not None
        page = await graph.users.delta.with_url(page.odata_delta_link).get()
        assert page is not None
        (gone,) = page.value or []
        assert gone.additional_data["@removed"] == {"reason": "changed"}

    with by_secret(office, "User.ReadWrite.All") as credential:
        asked(office, credential, script)


def test_a_batch_of_the_sdk(office: Office) -> None:
    """Statuses alone: msgraph-core 1.5 cannot read a body that is JSON."""
    ids = [office.person(name) for name in ("adele", "bo")]

    async def script(graph: GraphServiceClient) -> None:
        content = BatchRequestContent()
        items = [
            BatchRequestItem(request_information=graph.users.by_user_id(id_).to_get_request_information())
            for id_ in (*ids, "nobody")
        ]
        for item in items:
            content.add_request(item.id, item)
        answer = await BatchRequestBuilder(graph.request_adapter).post(content)
        assert answer is not None
        assert [answer.get_response_status_codes()[item.id] for item in items] == [200, 200, 404]

    with by_secret(office, "User.Read.All") as credential:
        asked(office, credential, script)


def test_refusals_are_the_sdks_own_errors(office: Office) -> None:
    async def script(graph: GraphServiceClient) -> None:
        for asks, status, code in (
            (graph.users.by_user_id("nobody").get, 404, "Request_ResourceNotFound"),
            (graph.groups.get, 403, "Authorization_RequestDenied"),
            (lambda: graph.users.post(User(display_name="Half")), 400, "Request_BadRequest"),
        ):
            with pytest.raises(ODataError) as raised:
                await asks()
            assert raised.value.response_status_code == status
            assert raised.value.error is not None
            assert raised.value.error.code == code
            assert raised.value.error.inner_error is not None
            assert raised.value.error.inner_error.request_id

    with by_secret(office, "User.ReadWrite.All") as credential:
        asked(office, credential, script)


def test_me_of_a_person(office: Office) -> None:
    anna = office.person("anna", mobilePhone="1")

    async def script(graph: GraphServiceClient) -> None:
        me = await graph.me.get()
        assert me is not None
        assert (me.id, me.display_name) == (anna, "Anna")
        await graph.me.patch(User(mobile_phone="+46 70 123"))
        groups = await graph.me.member_of.get()
        assert groups is not None
        assert groups.value == []

    asked(office, OfPerson(office.token_for(anna, "User.ReadWrite")), script)


def test_the_rest_of_the_tenant(office: Office) -> None:
    async def script(graph: GraphServiceClient) -> None:
        organization = await graph.organization.get()
        domains = await graph.domains.get()
        principals = await graph.service_principals.get()
        roles = await graph.directory_roles.get()
        audits = await graph.audit_logs.directory_audits.get()
        sign_ins = await graph.audit_logs.sign_ins.get()
        synchronization = await graph.directory.on_premises_synchronization.get()
        for page in (organization, domains, principals, roles, sign_ins, synchronization):
            assert page is not None
            assert page.value
        assert audits is not None
        assert principals is not None
        assert principals.value is not None
        own = next(one for one in principals.value if one.display_name == "Ropeway")
        one = graph.service_principals.by_service_principal_id(str(own.id)).synchronization
        jobs, templates = await one.jobs.get(), await one.templates.get()
        assert jobs is not None
        assert templates is not None
        assert templates.value is not None
        template = one.templates.by_synchronization_template_id(str(templates.value[0].id))
        operators = await template.schema.filter_operators.get()
        assert operators is not None
        assert operators.value

    permissions = ("Directory.Read.All", "AuditLog.Read.All", "Synchronization.Read.All")
    with by_secret(office, *permissions, "OnPremDirectorySynchronization.Read.All") as credential:
        asked(office, credential, script)
