"""Agents and applications."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.control.in_process.core import Core
from ropeway.control.protocol import AgentView, ApplicationView, RegistrationView, SecretView


class Clients(Core):
    """Implements `AgentCalls` and `ApplicationCalls`."""

    def agents(self) -> Sequence[AgentView]:
        return self._agents.every()

    def agent(self, agent: str) -> AgentView:
        return self._agents.one(agent)

    def remove_agent(self, agent: str) -> AgentView:
        return self._agents.remove(agent)

    def registration_token(self, domain: str, lifetime: float = 3600.0) -> RegistrationView:
        return self._agents.token(domain, lifetime)

    def set_trace(self, agent: str, level: str) -> AgentView:
        return self._agents.set_trace(agent, level)

    def applications(self) -> Sequence[ApplicationView]:
        return self._applications.every()

    def application(self, application: str) -> ApplicationView:
        return self._applications.one(application)

    def create_application(
        self, name: str, *, public: bool = False, redirect_uris: Sequence[str] = ()
    ) -> ApplicationView:
        return self._applications.create(name, public=public, redirects=redirect_uris)

    def remove_application(self, application: str) -> ApplicationView:
        return self._applications.remove(application)

    def add_secret(self, application: str, name: str = "", lifetime: float = 15552000.0) -> SecretView:
        return self._applications.add_secret(application, name, lifetime)

    def add_certificate(self, application: str, certificate: str, name: str = "") -> ApplicationView:
        return self._applications.add_certificate(application, certificate, name)

    def drop_credential(self, application: str, credential: str) -> ApplicationView:
        return self._applications.drop(application, credential)

    def set_permissions(
        self, application: str, *, grant: Sequence[str] = (), revoke: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        return self._applications.permit(application, grant, revoke, delegated=delegated)

    def set_required(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        return self._applications.require(application, add, remove, delegated=delegated)

    def set_redirects(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> ApplicationView:
        return self._applications.set_redirects(application, add, remove)
