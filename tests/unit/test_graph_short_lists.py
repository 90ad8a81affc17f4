"""Applications and service principals searched, and followed by delta."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from ropeway.service.graph import short_lists
from ropeway.service.graph.objects import delta_tokens
from tests.unit.graph_office import GraphOffice, office
from tests.unit.test_graph_delta import a_round, path_of

__all__ = ["office"]

ADVANCED = {"ConsistencyLevel": "eventual"}
KINDS = ("applications", "servicePrincipals")


def made(office: GraphOffice, name: str) -> dict[str, Any]:
    return office.post("/v1.0/applications", {"displayName": name}, 201)


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_names_are_searched_and_other_properties_from_their_beginning(office: GraphOffice, kind: str) -> None:
    apps = [made(office, name) for name in ("Payroll reader", "Time-sheet reader", "Backup")]

    def found(search: str) -> list[str]:
        path = f"/v1.0/{kind}?$search={search}&$select=displayName&$orderby=displayName"
        counted = office.send("GET", f"/v1.0/{kind}/$count?$search={search}", **ADVANCED)
        names = [one["displayName"] for one in office.get(path, **ADVANCED)["value"]]
        assert int(counted.text) == len(names)
        return names

    assert found('"displayName:reader"') == ["Payroll reader", "Time-sheet reader"]
    assert found('"displayName:READ pay"') == ["Payroll reader"]
    assert found('"displayName:sheet"') == ["Time-sheet reader"]
    assert found('"displayName:ackup"') == []
    assert found(f'"appId:{apps[2]["appId"][:20]}" OR "displayName:payroll"') == ["Backup", "Payroll reader"]
    assert found('"displayName:reader" AND "displayName:time"') == ["Time-sheet reader"]
    status, code, _ = office.refused("GET", f'/v1.0/{kind}?$search="displayName:reader"')
    assert (status, code) == (400, "Request_UnsupportedQuery")
    for wrong in ("displayName:reader", '"reader"', '"colour:red"', '("displayName:a"'):
        status, code, _ = office.refused("GET", f"/v1.0/{kind}?$search={wrong}", **ADVANCED)
        assert (status, code) == (400, "Request_BadRequest"), wrong


@pytest.mark.parametrize("kind", KINDS)
def test_a_delta_tells_everything_and_then_what_changed(office: GraphOffice, kind: str) -> None:
    first, second = made(office, "First"), made(office, "Second")
    path = f"/v1.0/{kind}/delta"
    everything, link = a_round(office, path)
    assert {one["id"]: one for one in everything} == {one["id"]: one for one in office.get(f"/v1.0/{kind}")["value"]}
    assert a_round(office, f"{path}()?$deltatoken=latest")[0] == []
    nothing, link = a_round(office, link)
    assert nothing == []
    office.patch(f"/v1.0/applications/{first['id']}", {"displayName": "First of all"})
    office.delete(f"/v1.0/applications/{second['id']}")
    third = made(office, "Third")
    told, link = a_round(office, link)
    removed = [one for one in told if "@removed" in one]
    assert sorted(one["displayName"] for one in told if one not in removed) == ["First of all", "Third"]
    assert [one["@removed"] for one in removed] == [{"reason": "deleted"}]
    assert a_round(office, link)[0] == []
    names, follows = a_round(office, f"{path}?$select=displayName")
    assert {*names[0]} == {"id", "displayName"}
    office.post(f"/v1.0/applications/{third['id']}/addPassword", {}, 200)
    assert a_round(office, follows)[0] == [], "only what is selected is followed"
    (one, *_) = names
    assert [x["id"] for x in a_round(office, f"{path}?$filter=id eq '{one['id']}'")[0]] == [one["id"]]


def test_tokens_of_others_and_old_ones_are_refused(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    link = a_round(office, "/v1.0/applications/delta")[1]
    token = link.partition("=")[2]
    for wrong in (f"/v1.0/servicePrincipals/delta?$deltatoken={token}", f"{link[:-9]}AAAAAAAAA", f"{link}A"):
        status, code, _ = office.refused("GET", wrong)
        assert (status, code) == (400, "Directory_ExpiredPageToken"), wrong
    for option in ("$top=1", "$orderby=displayName", "$filter=displayName eq 'x'"):
        assert office.refused("GET", f"/v1.0/applications/delta?{option}")[0] == 400
    monkeypatch.setattr(delta_tokens, "LIFETIME", -1.0)
    answer = office.send("GET", link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "syncStateNotFound")
    assert path_of(answer.headers["location"]) == "/v1.0/applications/delta?$deltatoken="
    monkeypatch.undo()
    monkeypatch.setattr(short_lists, "LONGEST", 10)
    assert office.send("GET", link).status_code == 410


@pytest.mark.parametrize("plural", ["applications", "servicePrincipals", "users", "groups"])
def test_a_token_of_an_earlier_version_begins_anew(office: GraphOffice, plural: str) -> None:
    former = base64.urlsafe_b64encode(msgspec.msgpack.encode([1, 1, plural, 0.0, [], [], b""])).decode().rstrip("=")
    answer = office.send("GET", f"/v1.0/{plural}/delta?$deltatoken={former}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "syncStateNotFound")
    assert path_of(answer.headers["location"]) == f"/v1.0/{plural}/delta?$deltatoken="
