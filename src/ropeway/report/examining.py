"""One object: its source values, what they are mapped to, what the directory would say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ropeway.expressions import REDACTED
from ropeway.model.changes import Desired
from ropeway.model.problems import Problem, Severity
from ropeway.model.values import Attributes, compare_key
from ropeway.report.addresses import is_routable, split_prefix
from ropeway.report.checks import ACCOUNT, DEMANDS, NAME, Demands
from ropeway.report.finding import Action, Error, Finding, readable

MOST_MEMBERS = 250_000
"""Of a group (endpoint-api-v2)."""

Refusals = Callable[[str, Desired], Sequence[Problem]]
"""What the directory would refuse of these attributes of an object of that type, and why."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The tenant's domains, as far as names depend on them; compare keys."""

    verified: frozenset[str]
    own: tuple[str, ...]
    """Those of the verified ones that somebody chose."""

    def holds(self, name: str) -> bool:
        """Whether a name or address ends in a verified domain."""
        return compare_key(name.rpartition("@")[2]) in self.verified

    def instead_of(self, suffix: str) -> str:
        """The domain to use: the only one, or the only one of the same first label; empty where that is open."""
        label = compare_key(suffix).partition(".")[0]
        alike = [name for name in self.own if name.partition(".")[0] == label]
        choice = alike if len(alike) == 1 else self.own
        return choice[0] if len(choice) == 1 else ""


@dataclass(frozen=True, slots=True)
class Examined:
    """One source object in scope."""

    dn: str
    type: str
    target_type: str
    attributes: Attributes
    desired: Desired | None = None
    """None where the mapping failed."""
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Target attribute to the source attributes it is made of."""
    failure: Problem | None = None
    """What the job set the object aside for, or why it cannot be mapped."""
    members: int = 0
    joins_by: str = ""
    """The mail address by which it is brought together with an object of another job."""
    secret: frozenset[str] = frozenset()
    """Attributes of source and target whose mapping says Redact: their values are not told."""

    def finding(self, severity: Severity, error: Error, attribute: str, value: Any, **more: Any) -> Finding:
        """A line about this object."""
        if attribute in self.secret:
            value, more["suggestion"] = REDACTED, ""
        return Finding(severity, error, readable(self.dn), self.type, attribute, readable(value), **more)

    def origin(self, target: str) -> tuple[str, Any]:
        """The source attribute that a mapped value was taken from, with its value; else the target's own."""
        wanted = (self.desired or {}).get(target)
        reads = sorted(self.sources.get(target, ()))
        same = next((name for name in reads if self.attributes.get(name) == wanted), None)
        name = same if same is not None else reads[0] if len(reads) == 1 else None
        return (target, wanted) if name is None else (name, self.attributes.get(name))


def examine(one: Examined, domains: Domains, refusals: Refusals) -> Iterator[Finding]:
    """Everything to be said of an object by itself."""
    grave: set[str] = set()
    for finding in _by_itself(one, domains):
        if finding.severity is Severity.ERROR:
            grave.add(finding.attribute)
        yield finding
    if one.desired is not None:
        for problem in refusals(one.target_type, one.desired):
            told = {problem.attribute, *one.sources.get(problem.attribute, ())}
            if not told & grave:
                yield _refused(one, problem)


def _by_itself(one: Examined, domains: Domains) -> Iterator[Finding]:
    if one.failure is not None:
        yield _failed(one, one.failure)
    for name, demands in DEMANDS.items():
        value = one.attributes.get(name)
        if value is not None:
            yield from _checked(one, name, demands, value, domains)
    yield from _addresses(one)
    yield from _blank(one, domains)
    if one.target_type == "user" and one.desired is not None:
        yield from _suffix(one, domains)
    if one.target_type in ("user", "group"):
        yield from _unverified_mail(one, domains)
    if one.members > MOST_MEMBERS:
        yield one.finding(Severity.WARNING, Error.LIMIT, "member", f"{one.members:,} members")


def values_of(value: Any) -> list[Any]:
    """A value as a list of values."""
    return cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]


def _checked(one: Examined, name: str, demands: Demands, value: Any, domains: Domains) -> Iterator[Finding]:
    for each in values_of(value):
        if each == "":
            continue
        if not isinstance(each, str):
            yield one.finding(
                Severity.WARNING, Error.FORMAT, name, each, remark="binary or a number, where text belongs"
            )
            continue
        broken = list(demands.broken_by(each))
        suggestion = demands.suggestion(each) if broken else ""
        if suggestion and name == "userPrincipalName" and not domains.holds(suggestion):
            suggestion = _better_name(one, suggestion, domains) or suggestion
        for check in broken:
            action = Action.EDIT if suggestion else Action.DECIDE
            yield one.finding(check.severity, check.error, name, each, suggestion=readable(suggestion), action=action)


def _addresses(one: Examined) -> Iterator[Finding]:
    """Several primary addresses, of which only one can be."""
    addresses = [a for a in values_of(one.attributes.get("proxyAddresses")) if isinstance(a, str)]
    primary = [a for a in addresses if a.startswith("SMTP:")]
    if len(primary) < 2:
        return
    wanted = compare_key(f"SMTP:{one.attributes.get('mail')}")
    kept = next((a for a in primary if compare_key(a) == wanted), primary[0])
    for address in primary:
        if address is not kept:
            yield one.finding(
                Severity.ERROR, Error.FORMAT, "proxyAddresses", address, suggestion=readable(f"smtp:{address[5:]}"),
                action=Action.EDIT, remark=f"one primary address (SMTP: in capitals) can be; {readable(kept)} stays",
            )  # fmt: skip


def _blank(one: Examined, domains: Domains) -> Iterator[Finding]:
    desired = one.desired or {}
    if "displayName" in one.sources and not one.attributes.get("displayName"):
        instead = readable(desired.get("displayName"))
        severity = Severity.INFO if instead else Severity.WARNING
        yield one.finding(severity, Error.BLANK, "displayName", "", suggestion=instead, action=_edit(instead))
    if one.target_type == "user" and "userPrincipalName" in one.sources and not one.attributes.get("userPrincipalName"):
        instead = readable(desired.get("userPrincipalName"))
        yield one.finding(
            Severity.INFO, Error.BLANK, "userPrincipalName", "", suggestion=instead, action=_edit(instead)
        )
        account = one.attributes.get("sAMAccountName")
        if account is not None:
            yield from _checked(one, "sAMAccountName", ACCOUNT, account, domains)
    nameless = "mailNickname" in one.sources and not one.attributes.get("mailNickname")
    if one.target_type == "group" and nameless and one.attributes.get("mail"):
        mail = str(one.attributes["mail"])
        instead = DEMANDS["mailNickname"].tidied(mail.partition("@")[0])
        yield one.finding(Severity.INFO, Error.BLANK, "mailNickname", "", suggestion=instead, action=_edit(instead))


def _edit(suggestion: str) -> Action:
    return Action.EDIT if suggestion else Action.DECIDE


def _suffix(one: Examined, domains: Domains) -> Iterator[Finding]:
    """A name in a domain that is not, or can never be, verified: the user gets another name."""
    upn = (one.desired or {}).get("userPrincipalName")
    if not isinstance(upn, str) or "@" not in upn or domains.holds(upn):
        return
    suffix = upn.rpartition("@")[2]
    error = Error.UNVERIFIED if is_routable(suffix) else Error.NOT_ROUTABLE
    name, value = one.origin("userPrincipalName")
    suggestion = _better_name(one, upn, domains)
    yield one.finding(
        Severity.WARNING, error, name, value if name == "userPrincipalName" else upn,
        suggestion=readable(suggestion), action=_edit(suggestion), remark=f"the suffix is {readable(suffix)}",
    )  # fmt: skip


def _better_name(one: Examined, upn: str, domains: Domains) -> str:
    """The primary address where it is in a verified domain, else the same name in the tenant's domain."""
    desired = one.desired or {}
    primary = next((a[5:] for a in values_of(desired.get("proxyAddresses")) if str(a).startswith("SMTP:")), None)
    for candidate in (primary, desired.get("mail")):
        if isinstance(candidate, str) and domains.holds(candidate) and next(NAME.broken_by(candidate), None) is None:
            return candidate
    domain = domains.instead_of(upn.rpartition("@")[2])
    moved = f"{upn.rpartition('@')[0]}@{domain}"
    if not domain:
        return ""
    return moved if next(NAME.broken_by(moved), None) is None else NAME.suggestion(moved)


def _unverified_mail(one: Examined, domains: Domains) -> Iterator[Finding]:
    told: set[str] = set()
    mails = [("mail", value) for value in values_of(one.attributes.get("mail"))]
    for name, value in [*mails, *(("proxyAddresses", v) for v in values_of(one.attributes.get("proxyAddresses")))]:
        if not isinstance(value, str):
            continue
        prefix, address = split_prefix(value.strip()) if name == "proxyAddresses" else ("smtp", value.strip())
        local, at, suffix = address.rpartition("@")
        if prefix.lower() == "smtp" and local and at and suffix and not domains.holds(address) and address not in told:
            told.add(address)
            error = Error.UNVERIFIED if is_routable(suffix) else Error.NOT_ROUTABLE
            yield one.finding(Severity.INFO, error, name, value, remark=f"the suffix is {readable(suffix)}")


_OF_CODE = {
    "value-too-long": Error.LENGTH,
    "value-with-control-characters": Error.CHARACTER,
    "attribute-required": Error.BLANK,
    "value-of-wrong-type": Error.FORMAT,
}


def _refused(one: Examined, problem: Problem) -> Finding:
    """What only the directory itself knows: lengths, types, syntax of any attribute."""
    error = _OF_CODE.get(problem.code, Error.FORMAT)
    name, value = one.origin(problem.attribute)
    most = problem.details.get("most", "")
    fits = error is Error.LENGTH and isinstance(value, str) and most.isdecimal() and value[: int(most)].strip()
    suggestion = readable(fits) if fits and len(fits) <= int(most) else ""
    remark = ", ".join(f"{key} {readable(said)}" for key, said in problem.details.items())
    return one.finding(
        Severity.ERROR, error, name, value, suggestion=suggestion, action=_edit(suggestion), remark=remark
    )


def _failed(one: Examined, problem: Problem) -> Finding:
    """The object was set aside: with function, argument and reason where a mapping failed."""
    failed = problem.code in ("mapping-failed", "rule-error", "scope-failed")
    error = Error.MAPPING if failed else Error.MATCH if problem.code.startswith("match-") else Error.UNREADABLE
    said = ", ".join(f"{key} {readable(value)}" for key, value in problem.details.items())
    return one.finding(
        Severity.ERROR,
        error,
        problem.attribute,
        problem.value,
        remark=f"{problem.code}: {said}" if said else problem.code,
    )
