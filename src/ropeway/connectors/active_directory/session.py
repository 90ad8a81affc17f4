"""A connection and what is known of the controller behind it: which domain, which history, how far."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

from ropeway.connectors.active_directory import controls, decoding
from ropeway.connectors.active_directory.connection import Connection
from ropeway.connectors.active_directory.failures import Missing, Refused
from ropeway.connectors.active_directory.names import Names
from ropeway.connectors.active_directory.searching import whole_search
from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.anchors import Anchor, guid_from_bytes
from ropeway.model.names import short_name
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Watermark

DEFAULT_TOMBSTONE_DAYS = 60
"""Where the forest does not say ([MS-ADTS] 6.1.1.2.4.1.1, tombstoneLifetime)."""

DELETED_OBJECTS = "18e2ea80684f11d2b9aa00c04f79f805"
"""Well-known GUID of the Deleted Objects container ([MS-ADTS] 6.1.1.4)."""

DOMAIN_SHORT, FOREST_SHORT = "domainNetBios", "forestNetBios"
"""What rules call the short names of an object's domain and forest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a controller has come."""

    usn: int
    """highestCommittedUSN."""
    time: float
    """Seconds since 1970, by the controller's clock."""
    synchronized: bool
    """Whether the controller has replicated its naming contexts at least once."""


class Session:
    """One connection to a controller of the right domain."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.connection = connection
        root = _root(connection)
        self.base = settings.naming_context or root.get("defaultNamingContext", "")
        self.schema_base = root.get("schemaNamingContext", "")
        self._configuration = root.get("configurationNamingContext", "")
        self._forest = root.get("rootDomainNamingContext", "")
        self._service = root.get("dsServiceName", "")
        self.is_samba = "Samba" in root.get("vendorName", "")
        self.names = Names(connection)
        if not settings.naming_context and dns_name(self.base) != settings.domain.lower().rstrip("."):
            details = {"controller": str(connection.controller), "found": dns_name(self.base)}
            raise RopewayError(Problem("controller-of-another-domain", object=settings.domain, details=details))

    @cached_property
    def domain(self) -> Anchor:
        """The naming context's objectGUID."""
        return self._guid(self.base, "objectGUID")

    @cached_property
    def invocation(self) -> str:
        """The invocationId of this controller's database: its history has this name."""
        return self._guid(self._service, "invocationId")

    @cached_property
    def known_invocations(self) -> frozenset[str]:
        """The histories of every controller that the forest has now."""
        found = whole_search(self.connection, self._configuration, "(objectClass=nTDSDSA)", ["invocationId"])
        return frozenset(guid_from_bytes(raw) for _, values in found for raw in values.get("invocationId", ()))

    @cached_property
    def tombstone_days(self) -> int:
        """For how many days deleted objects can be seen."""
        name = f"CN=Directory Service,CN=Windows NT,CN=Services,{self._configuration}"
        entry = self.connection.object(name, ["tombstoneLifetime"])
        values = entry[1].get("tombstoneLifetime") if entry else None
        return int(values[0]) if values else DEFAULT_TOMBSTONE_DAYS

    @cached_property
    def short_names(self) -> dict[str, str]:
        """NetBIOS names of the domain and of its forest where they are not the first label of the long ones.

        They are in the cross references of the configuration ([MS-ADTS] 6.1.1.2.1.1.4); an account that may not read
        those is told none.
        """
        base = f"CN=Partitions,{self._configuration}"
        try:
            found = [*whole_search(self.connection, base, "(nETBIOSName=*)", ["nCName", "nETBIOSName"])]
        except (Missing, Refused):
            return {}
        pairs = ((values.get("nCName"), values.get("nETBIOSName")) for _, values in found)
        known = {dns_name(_text(context)): _text(short) for context, short in pairs if context and short}
        asked = {DOMAIN_SHORT: dns_name(self.base), FOREST_SHORT: dns_name(self._forest)}
        told = {attribute: known.get(long, short_name(long)) for attribute, long in asked.items()}
        return {attribute: short for attribute, short in told.items() if short != short_name(asked[attribute])}

    def moment(self) -> Moment:
        """How far the controller is now; one short question."""
        root = _root(self.connection)
        return Moment(
            usn=int(root.get("highestCommittedUSN", "0")),
            time=decoding.seconds_of(root["currentTime"].encode()),
            synchronized=root.get("isSynchronized", "TRUE") == "TRUE",
        )

    def covers(self, mark: Watermark) -> bool:
        """Whether this controller has everything that the mark's controller had then; False where it cannot be told."""
        if mark.controller == self.invocation:
            return self.moment().usn >= mark.usn
        return self._vector().get(mark.controller, -1) >= mark.usn

    def is_behind(self, mark: Watermark) -> bool:
        """Whether this controller is known to lack something that the mark's controller had then."""
        if mark.controller == self.invocation:
            return False
        vector = self._vector()
        return bool(vector) and vector.get(mark.controller, -1) < mark.usn

    def sees_deleted(self) -> bool:
        """Whether the account may look into the Deleted Objects container."""
        name = f"<WKGUID={DELETED_OBJECTS},{self.base}>"
        entry = self.connection.object(name, ["objectGUID"], [controls.show_deleted()])
        return entry is not None and bool(entry[1].get("objectGUID"))

    def schema_version(self) -> tuple[str, ...]:
        """Changes whenever the schema does."""
        entry = self.connection.object(self.schema_base, ["objectVersion", "schemaInfo", "uSNChanged", "whenChanged"])
        values = entry[1] if entry else {}
        return (self.schema_base, *(f"{name}={found[0].hex()}" for name, found in sorted(values.items()) if found))

    def _guid(self, name: str, attribute: str) -> Anchor:
        entry = self.connection.object(name, [attribute])
        values = entry[1].get(attribute) if entry else None
        if not values:
            details = {"controller": str(self.connection.controller), "name": name, "attribute": attribute}
            raise RopewayError(Problem("naming-context-invisible", object=name or "rootDSE", details=details))
        return guid_from_bytes(values[0])

    def _vector(self) -> dict[str, int]:
        entry = self.connection.object(self.base, ["replUpToDateVector"])
        values = entry[1].get("replUpToDateVector") if entry else None
        return up_to_dateness(values[0]) if values else {}


def up_to_dateness(raw: bytes) -> dict[str, int]:
    """replUpToDateVector: how far a controller has replicated each history ([MS-DRSR] 5.166); {} for other bytes."""
    if len(raw) < 16:
        return {}
    version, _, count, _ = struct.unpack_from("<IIII", raw)
    size = {1: 24, 2: 32}.get(version)
    if size is None or len(raw) < 16 + count * size:
        return {}
    starts = range(16, 16 + count * size, size)
    return {guid_from_bytes(raw[at : at + 16]): int.from_bytes(raw[at + 16 : at + 24], "little") for at in starts}


def dns_name(base: str) -> str:
    """`DC=contoso,DC=test` as `contoso.test`."""
    parts = (part.partition("=") for part in base.split(","))
    return ".".join(value.strip() for kind, _, value in parts if kind.strip().lower() == "dc").lower()


_ROOT = (
    "defaultNamingContext", "schemaNamingContext", "configurationNamingContext", "dsServiceName",
    "rootDomainNamingContext", "highestCommittedUSN", "currentTime", "isSynchronized", "vendorName",
)  # fmt: skip


def _root(connection: Connection) -> dict[str, str]:
    entry = connection.object("", _ROOT)
    if entry is None:
        details = {"controller": str(connection.controller), "name": "rootDSE", "attribute": "defaultNamingContext"}
        raise RopewayError(Problem("naming-context-invisible", object="rootDSE", details=details))
    return {name: _text(found) for name, found in entry[1].items() if found}


def _text(values: list[bytes]) -> str:
    return values[0].decode("utf-8", "replace")
