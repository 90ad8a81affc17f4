"""What agents call: /agent/v1/…"""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from ropeway.model.wire.sessions import PATH
from ropeway.service.authority import NoAuthority
from ropeway.service.gateway.callers import Callers
from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.downwards import Downwards
from ropeway.service.gateway.membership import Membership
from ropeway.service.gateway.registering import Registrar
from ropeway.service.gateway.upwards import Upwards
from ropeway.service.parts import Parts


def routes(parts: Parts) -> list[BaseRoute]:
    """The gateway's routes; its dispatcher begins with the first agent."""
    return Gateway(parts).routes()


class Gateway:
    """What agents talk to, on one service process."""

    def __init__(self, parts: Parts, registrar: Registrar | None = None) -> None:
        registrar = registrar or Registrar(parts, parts.agents or NoAuthority())
        self._dispatcher = Dispatcher(parts)
        callers = Callers(parts, self._dispatcher)
        self._membership = Membership(parts, registrar, self._dispatcher, callers)
        self._downwards = Downwards(parts, self._dispatcher, callers)
        self._upwards = Upwards(parts, self._dispatcher, callers)

    def routes(self) -> list[BaseRoute]:
        """One mount."""
        of, down, up = self._membership, self._downwards, self._upwards
        call = "/calls/{number}/{attempt}"
        return [
            Mount(
                PATH,
                routes=[
                    Route("/register", of.register, methods=["POST"]),
                    Route("/challenge", of.challenge, methods=["POST"]),
                    Route("/sessions", of.open_session, methods=["POST"]),
                    Route("/retirement", of.retire, methods=["POST"]),
                    Route("/heartbeat", of.heartbeat, methods=["POST"]),
                    Route("/certificate", of.renew, methods=["POST"]),
                    Route("/leave", of.leave, methods=["POST"]),
                    Route("/poll", down.poll, methods=["GET"]),
                    WebSocketRoute("/channel", down.channel),
                    Route(call + "/parts/{seq}", up.put, methods=["POST"]),
                    Route(call + "/room/{seq}", up.room, methods=["GET"]),
                    Route(call + "/changed", up.changed, methods=["POST"]),
                    Route(call + "/mark", up.mark, methods=["GET"]),
                    Route(call + "/back", up.back, methods=["POST"]),
                ],
            )
        ]

    def waits(self, agent: str) -> bool:
        """Whether an agent waits for calls here."""
        return self._dispatcher.channels.of(agent) is not None

    def close(self) -> None:
        """Let go of all agents; they look for another process."""
        self._dispatcher.stop()
