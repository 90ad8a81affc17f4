"""The story told by hand: an export that changes, and the commands that bring the directory into step."""

from __future__ import annotations

from in_ldif import ExportedCompany
from story import JOB, hired
from telling import Teller


def tell(company: ExportedCompany, teller: Teller) -> None:
    """The whole story."""
    _first_synchronization(company, teller)
    _hire(company, teller)
    _changes(company, teller)
    _leaver(company, teller)
    _what_next(company, teller)


def _first_synchronization(company: ExportedCompany, teller: Teller) -> None:
    teller.heading("A job, and the first synchronization")
    teller.say("Names in a verified domain are used as they are, so the company's domain comes first.")
    teller.ropeway("directory", "domains", "add", company.domain)
    teller.ropeway("directory", "domains", "verify", company.domain)
    teller.say("The job says what is read from where; it is tried before it is kept.")
    teller.ropeway("job", "create", *company.job())
    teller.ropeway("job", "run", JOB)
    teller.ropeway("job", "list")
    teller.ropeway("directory", "users", "list", "--limit", "8")


def _hire(company: ExportedCompany, teller: Teller) -> None:
    teller.heading("A hire")
    change = company.hire()
    teller.say(change.told)
    teller.ropeway("job", "plan", JOB)
    teller.ropeway("job", "run", JOB)
    teller.ropeway("directory", "users", "show", change.identifier)


def _changes(company: ExportedCompany, teller: Teller) -> None:
    for heading, act in (
        ("A new name", company.rename),
        ("A move to another department", company.move),
        ("A group", company.regroup),
    ):
        teller.heading(heading)
        change = act()
        teller.say(change.told)
        teller.ropeway("job", "run", JOB)
        teller.ropeway("log", "-v", "--object", change.identifier, "--limit", "1")


def _leaver(company: ExportedCompany, teller: Teller) -> None:
    teller.heading("A leaver")
    change = company.leave()
    teller.say(change.told)
    teller.ropeway("job", "run", JOB)
    teller.say("The account is in the recycle bin for 30 days; back in AD, it comes back under the same id.")
    teller.ropeway("directory", "users", "list", "--deleted")


def _what_next(company: ExportedCompany, teller: Teller) -> None:
    teller.heading("Why is it so?")
    teller.ropeway("explain", hired(company.domain)["userPrincipalName"])
    teller.heading("What to look at next")
    teller.lines(
        (
            "ropeway up                the service: HTTPS, jobs that run themselves; agents beside the domains",
            "ropeway run               the same without a service: stay, and keep in step",
            "ropeway job plan JOB      what the next run would write; it writes nothing",
            "ropeway job holds JOB     what was stopped because it looked like an accident",
            "ropeway log --status failure",
            "ropeway lab --help        domains and companies for your own trials",
            "docs/first-steps.md       the same with your own domain, step by step",
            "docs/commands.md          every command, every exit code",
        )
    )
