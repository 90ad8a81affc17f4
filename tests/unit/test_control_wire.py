"""Calls of Control as requests: one table that knows all of Control, and arguments that come back as they were said."""

from __future__ import annotations

from inspect import signature
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Match

from ropeway.control.calls import CALLS, GROUPS, OWN
from ropeway.control.over_http import OverHttp
from ropeway.control.protocol import Control
from ropeway.control.schema_views import SchemaChange
from ropeway.control.wire.receiving import Received, arguments
from ropeway.control.wire.sending import request
from ropeway.control.wire.shape import STREAMED, packed, shape, unpacked
from ropeway.model.job import Guards, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.service.control.matching import ExactRoute

AT_HOME = {"close", "keep_in_step"}
"""What is done where it is called."""

METHODS = {name for name in dir(Control) if not name.startswith("_")} - AT_HOME

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


async def endpoint(_: Asked) -> Response:
    return Response()


ROUTES = [(call.method, ExactRoute(call.route, endpoint, call.verb)) for call in OWN]


def received(method: str, *args: Any, **named: Any) -> dict[str, Any]:
    """What the service makes of a call that the client makes, through the URL on the way."""
    sent = request(method, args, named)
    url = httpx2.Request(sent.verb, f"https://h{sent.path}", params=httpx2.QueryParams(list(sent.query))).url
    path, _, query = url.raw_path.partition(b"?")
    scope = {"type": "http", "method": sent.verb, "raw_path": path, "path": "", "query_string": query}
    found, child = next(
        (m, c["path_params"]) for m, r in ROUTES for match, c in [r.matches(scope)] if match is Match.FULL
    )
    assert found == method
    pairs = parse_qsl(query.decode(), keep_blank_values=True)
    return arguments(method, Received(child, pairs, sent.headers.get("If-Match", ""), sent.body or b""))


# the table


def test_every_method_of_control_has_its_row_and_no_other() -> None:
    assert set(CALLS) == METHODS
    assert sum(map(len, GROUPS.values())) == len(CALLS)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_argument_of_control_travels_and_has_its_type(method: str) -> None:
    declared = [name for name in signature(getattr(Control, method)).parameters if name != "self"]
    made = shape(method)
    travels = [p.name for p in made.parameters if p.name not in STREAMED]
    assert travels == [name for name in declared if name not in STREAMED]
    assert {p.wire for p in made.parameters if p.place == "path"} == {
        part[1:-1] for part in CALLS[method].path.split("/") if part.startswith("{")
    } - ({"principal", "tenant", "directory"} if not CALLS[method].is_own else set())
    assert not CALLS[method].whole or CALLS[method].whole in travels
    msgspec.json.schema(made.result)


@pytest.mark.parametrize("method", sorted(m for m, call in CALLS.items() if not call.is_own))
def test_what_is_asked_of_graph_is_called_as_control_has_it(method: str) -> None:
    assert signature(getattr(OverHttp, method)) == signature(getattr(Control, method))


def test_no_two_calls_are_asked_for_alike() -> None:
    assert len({(call.verb, call.path) for call in OWN}) == len(OWN)


def test_only_errands_tell_their_progress_or_stream() -> None:
    assert [m for m in CALLS if shape(m).told and CALLS[m].errand is None] == []


def test_a_call_that_a_get_asks_for_changes_nothing() -> None:
    changing = {"create", "update", "delete", "run", "approve", "pause", "resume", "start", "restore", "add", "verify"}
    assert [m for m, call in CALLS.items() if call.verb == "GET" and m.split("_")[0] in changing] == []


def test_a_call_says_which_command_looks_after_it_where_it_is_not_simply_repeated() -> None:
    writing = {"create_job", "run_job", "delete_job", "provision", "change_schema", "notify", "try_notifications"}
    writing.add("scope_job")
    assert {m for m, call in CALLS.items() if call.errand is not None and call.errand.look} == writing


# there and back


@given(name=names, other=names)
def test_any_name_arrives_as_it_was_typed(name: str, other: str) -> None:
    assert received("live", name)["job"] == name
    assert received("show_object", "users", name) == {"type_": "users", "identifier": name}
    assert received("explain", name, job=other) == {"identifier": name, "job": other}
    assert received("approve", name, 3, other.strip('"') or None)["digest"] == (other.strip('"') or None)


@pytest.mark.parametrize("name", [".", "..", "A/B", "a%2Fb", "?", "#", "null", "true", "7", " ", "", "%00"])
def test_names_that_mean_something_in_an_address_are_names(name: str) -> None:
    assert received("run_job", name) == {"job": name, "full": False}
    assert received("list_objects", "groups", contains=name)["contains"] == name


def test_settings_come_back_whole() -> None:
    source = SourceSettings("ldif", {"path": "/srv/contoso.ldif", "n": [1, None]})
    assert received("describe_source", source=source) == {"job": None, "source": source}


def test_what_was_seen_travels_as_if_match() -> None:
    assert request("guard_job", ("C", Guards()), {"revision": "abc"}).headers == {"If-Match": '"abc"'}
    assert received("stage_job", "C", True, revision="abc")["revision"] == "abc"
    assert received("change_schema", "C", SchemaChange(text="x"), revision=7)["revision"] == 7


def test_callbacks_do_not_travel_but_that_somebody_listens_does() -> None:
    assert received("report_job", "C", each=lambda _: None, progress=lambda _: None)["each"] is True
    assert received("report_job", "C")["each"] is False


@given(name=names, limit=st.integers(0, 10**9), refresh=st.booleans())
def test_an_errand_keeps_its_arguments(name: str, limit: int, refresh: bool) -> None:
    said = {"job": name, "limit": limit, "refresh": refresh}
    assert unpacked("plan_job", packed("plan_job", said)) == said


# what does not fit


def reason(method: str, body: bytes = b"", query: list[tuple[str, str]] | None = None, **path: str) -> str:
    with pytest.raises(RopewayError) as refused:
        arguments(method, Received(path, query or [], "", body))
    assert refused.value.problem.code == "request-unfit"
    return refused.value.problem.details["reason"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"source":{"kind":"ldif","pth":1}}', "no member pth - at `$.source`"),
        (b'{"source":{"kind":"ldap"}}', "value 'ldap' - at `$.source.kind`"),
        (b'{"source":{}}', "missing required field `kind` - at `$.source`"),
        (b'{"source":{"kind":7}}', "got `int` - at `$.source.kind`"),
        (b'{"job":"C\\u0000"}', "NUL - at `$.job`"),
        (b'{"jobs":[]}', "The body has a member that this call does not know: jobs"),
        (b'{"source":"OU=x"}', "- at `$.source`"),
        (b"[]", "The body must be a JSON object"),
        (b"{", "The body is no JSON"),
        (b"\xff", "The body is no JSON"),
        (b"[" * 100_000, "The body is no JSON"),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_with_the_place(body: bytes, told: str) -> None:
    assert told in reason("describe_source", body)


def test_members_of_a_whole_body_are_checked_too() -> None:
    assert "no member deltes - at `$`" in reason("guard_job", b'{"deltes":2}', job="C")
    assert "got `str` - at `$.deletes`" in reason("guard_job", b'{"deletes":"2m"}', job="C")


def test_nesting_ends_somewhere() -> None:
    deep = b'{"a":' * 100 + b"1" + b"}" * 100
    assert "nested deeper than 64" in reason("create_object", deep, type="users")


def test_a_query_that_does_not_fit_is_refused() -> None:
    assert "a member that this call does not know: $filter" in reason("roles", query=[("$filter", "x")])
    assert ">= 0 - at `$.limit`" in reason("list_objects", type="users", query=[("limit", "-1")])
    assert "twice" in reason("explain", query=[("identifier", "a"), ("identifier", "b")])
    assert "'cats' - at `$.type`" in reason("list_objects", type="cats")
    assert "too large - at `$.hold`" in reason("approve", job="C", hold="9" * 30)
