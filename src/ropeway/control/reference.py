"""docs/api.md, made from the table of calls, Control's signatures and the records they answer with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import cleandoc, getsource
from textwrap import dedent
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import NODEFAULT

from ropeway.control.calls import BASE, GROUPS, Call
from ropeway.control.protocol import Control
from ropeway.control.wire.shape import Parameter, Shape, shape

HEAD = f"""# The API of a service

Made by `scripts/write-api` from the table of calls that service and command line share; a test fails where it
is behind.

What `ropeway` can do, a script can: every command is one or a few of these calls, over HTTPS, with an administrator's
token (`Authorization: Bearer …`, as `ropeway login` gets one). What Microsoft Graph has is asked as Graph has it, at
the paths of [Graph's API](graph-api.md): tables say which. Where a command shows more than Graph has a property for, it
asks for an [annotation](graph-api.md#more-than-graph-has) with the whole record. [Which command asks what, and
why](decisions/commands.md).

The rest is below `{BASE}`. Bodies and answers are JSON. A member that a call does not know, a value of another type,
nesting of more than 64 levels and more than 1 MB (48 MB where a call takes files) are refused, with the place.
`ropeway --json` prints the same records.

    curl --cacert ca.pem -H "Authorization: Bearer $TOKEN" https://ropeway.contoso.com:8443{BASE}/roles

**Errors** have Microsoft Graph's shape: `error` with `code`, `message` and `innerError`, and in `@ropeway.problem` the
problem as data: its `code`, and what it is about. `message` says in sentences what is wrong and what to do.

| status | when |
|---:|---|
| 400 | the request does not fit the call, or what it asks for cannot be done |
| 401 | no token, or one that is expired, revoked, or no administrator's |
| 404 | no such job, object, hold or errand |
| 408 | the body came too slowly |
| 409 | somebody else has the job, or changed what you saw |
| 412 | the settings have another revision than If-Match says |
| 413 | the request is too large |
| 500 | Ropeway itself failed; that is a defect. `commit-unanswered`: whether all of it was done is not known |
| 503 | the database is away, or its disk full; `Retry-After`: when to ask again. Or no worker takes the errand |

**Errands** are calls that read a source or take long. A worker does them, and the answer is a line of JSON after the
other (`application/x-ndjson`) as it goes:

    {{"errand": 17}}
    {{"progress": {{"stage": "import", "done": 5000, "total": 11000}}}}
    {{"alive": true}}
    {{"result": {{…}}}}

Progress comes at most five times a second; where nothing else comes for 10 seconds, a line says that nothing is wrong,
so that no proxy takes the connection for dead. The last line is `result`, or `problem` with the `status` and `message`
that an error would have. Whoever hangs up withdraws an errand that nobody has begun; one that has begun is finished.
Where a connection was cut, `GET {BASE}/errands/17` gives the answer again, for ten minutes after its end; with
`?after=3` without the parts up to the third. Nobody takes an errand for 15 seconds: no worker is running, and nothing
was done. A worker that dies is noticed within 15 seconds: what changes nothing is done by another, and the rest ends
with the command that shows how far it came.

**Revisions.** Answers that have a `revision` come with it as `ETag`. A call that takes `If-Match` then does its work
only if nobody changed anything in between.

**Files** that belong to a job (an LDIF export, a keytab, a password, notifications) are named by their full path on the
machine where the service's workers run. Schemas, cases and pasted entries are texts in the request.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    found: dict[Any, None] = {}
    for group, calls in GROUPS.items():
        parts.append(f"## {group}\n")
        if elsewhere := [call for call in calls if not call.is_own]:
            parts.append("\n".join(_of_graph(elsewhere)) + "\n")
        for call in calls:
            made = shape(call.method)
            if call.is_own:
                parts.append("\n".join(_call(call, made)) + "\n")
            for type_ in (*(p.type for p in made.parameters), made.result):
                _collect(type_, found)
    parts.append("## Records\n\nMembers without a default are always there, or must be given.\n")
    records = sorted(found, key=lambda type_: (type_.__name__, type_.__module__))
    parts += ["\n".join(_record(type_)) + "\n" for type_ in records]
    return "\n".join(parts)


def _of_graph(calls: list[Call]) -> Iterator[str]:
    yield "Asked of [Graph's API](graph-api.md), as any client of Microsoft Graph asks:"
    yield ""
    yield "| `Control` | request | told by it |"
    yield "|---|---|---|"
    for call in calls:
        yield f"| `{call.method}` | `{call.verb} {call.route}` | `{_cell(_type(shape(call.method).result))}` |"


def _call(call: Call, made: Shape) -> Iterator[str]:
    yield f"### {call.verb} {call.route}"
    yield ""
    if doc := getattr(Control, call.method).__doc__:
        yield cleandoc(doc)
        yield ""
    if made.parameters:
        yield "| argument | in | type | default |"
        yield "|---|---|---|---|"
        yield from (_argument(call, p) for p in made.parameters)
        yield ""
    answer = "204" if made.result is type(None) and call.errand is None else f"`{_type(made.result)}`"
    yield f"Answers {answer}. `Control.{call.method}`."
    if call.errand is not None:
        again = f"after a worker's death look with `{call.errand.look}`" if call.errand.look else "it changes nothing"
        yield f"An errand, because it {call.errand.why}; {again}."


def _argument(call: Call, p: Parameter) -> str:
    where = {"header": "If-Match", "body": "body", "query": "query", "path": "path"}[p.place]
    if p.wire == call.whole:
        where = f"the whole {where}"
    default = "" if p.default is NODEFAULT else f"`{_json(p.default)}`"
    return f"| `{p.wire}` | {where} | `{_cell(_type(p.type))}` | {default} |"


def _record(type_: Any) -> Iterator[str]:
    yield f"### {type_.__name__}"
    yield ""
    yield (cleandoc(type_.__doc__ or "")).replace("\n", " ")
    yield ""
    yield "| member | type | default | |"
    yield "|---|---|---|---|"
    hints, told = get_type_hints(type_, include_extras=True), _sentences(type_)
    for field in msgspec.structs.fields(type_):
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        shown = "" if default is NODEFAULT else f"`{_json(default)}`"
        meaning = _cell(told.get(field.name, ""))
        yield f"| `{field.encode_name}` | `{_cell(_type(hints[field.name]))}` | {_cell(shown)} | {meaning} |"


def _sentences(type_: Any) -> dict[str, str]:
    """The sentence under each field."""
    body = ast.parse(dedent(getsource(type_))).body[0]
    assert isinstance(body, ast.ClassDef)
    told: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            told[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return told


def _collect(type_: Any, found: dict[Any, None]) -> None:
    """Every record that a type is made of."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct) and type_ not in found:
        found[type_] = None
        for hint in get_type_hints(type_, include_extras=True).values():
            _collect(hint, found)
    for part in get_args(type_):
        _collect(part, found)


def _type(type_: Any) -> str:
    """A type as people read it."""
    text = str(type_) if get_args(type_) else getattr(type_, "__name__", str(type_))
    if hasattr(type_, "__metadata__"):
        return _type(type_.__origin__)
    if getattr(type_, "__supertype__", None) is not None:
        return _type(type_.__supertype__)
    arguments = get_args(type_)
    if not arguments:
        return {"NoneType": "null"}.get(text, text)
    if "Literal" in text.partition("[")[0]:
        return " | ".join(_json(one) for one in arguments)
    if "|" in text or "Union" in text.partition("[")[0] or "Optional" in text.partition("[")[0]:
        return " | ".join(_type(one) for one in arguments)
    origin = {"Sequence": "list", "tuple": "list"}.get(type_.__origin__.__name__, type_.__origin__.__name__)
    return f"{origin}[{', '.join(_type(one) for one in arguments if one is not Ellipsis)}]"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
