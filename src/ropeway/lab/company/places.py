"""Cities, departments and the organizational units they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ropeway.lab.company.record import Record, rdn


@dataclass(frozen=True, slots=True)
class City:
    """Where an office is."""

    name: str
    country: str
    country_name: str
    number: int
    """ISO 3166-1 numeric: countryCode."""
    street: str
    post_code: str
    prefix: str
    """Of its telephone numbers."""


CITIES = (
    City("Stockholm", "SE", "Sweden", 752, "Drottninggatan", "111 51", "+46 8"),
    City("Zürich", "CH", "Switzerland", 756, "Bahnhofstrasse", "8001", "+41 44"),
    City("São Paulo", "BR", "Brazil", 76, "Avenida Paulista", "01310-100", "+55 11"),
    City("Αθήνα", "GR", "Greece", 300, "Οδός Ερμού", "105 63", "+30 21"),
    City("Київ", "UA", "Ukraine", 804, "вулиця Хрещатик", "01001", "+380 44"),
    City("東京", "JP", "Japan", 392, "千代田区丸の内", "100-0005", "+81 3"),
    City("القاهرة", "EG", "Egypt", 818, "شارع التحرير", "11511", "+20 2"),
    City("Montréal", "CA", "Canada", 124, "rue Sainte-Catherine", "H2X 1L4", "+1 514"),
)

DEPARTMENTS = {
    "Sales": ("Account Executive", "Sales Engineer", "Regional Lead"),
    "Engineering": ("Software Engineer", "Test Engineer", "Architect"),
    "Finance": ("Accountant", "Controller", "Treasurer"),
    "Legal, Risk & Compliance": ("Counsel", "Paralegal", "Auditor"),
    "Marketing": ("Designer", "Editor", "Campaign Lead"),
    "Operations": ("Planner", "Dispatcher", "Buyer"),
    "Research + Development": ("Scientist", "Laboratory Technician", "Research Lead"),
    "Support": ("Support Engineer", "Team Lead", "Translator"),
    "IT": ("Administrator", "Network Engineer", "Service Desk Analyst"),
}
"""Titles by department; two of the names need escaping in a DN."""

FOLDERS = ("People", "Groups", "Contacts", "Workstations", "Service Accounts")

UNITS = 1 + len(FOLDERS) + len(CITIES) + len(CITIES) * len(DEPARTMENTS)
"""Organizational units of every company, whatever its size."""


def root_dn(base_dn: str) -> str:
    """The organizational unit above everything of the company."""
    return f"OU=Company,{base_dn}"


def people_dns(base_dn: str) -> list[list[str]]:
    """The organizational units of people, by number of city and of department."""
    above = f"OU=People,{root_dn(base_dn)}"
    return [[f"OU={rdn(name)},OU={rdn(city.name)},{above}" for name in DEPARTMENTS] for city in CITIES]


def units(base_dn: str) -> Iterator[Record]:
    """All organizational units, each after the one above it."""
    root = root_dn(base_dn)
    above = [(f"OU={name},{root}", name) for name in FOLDERS]
    cities = [(f"OU={rdn(city.name)},OU=People,{root}", city.name) for city in CITIES]
    below = [(dn, name) for row in people_dns(base_dn) for dn, name in zip(row, DEPARTMENTS, strict=True)]
    for number, (dn, name) in enumerate([(root, "Company"), *above, *cities, *below]):
        yield Record("organizationalUnit", number, dn, {"objectClass": ["top", "organizationalUnit"], "ou": [name]})
