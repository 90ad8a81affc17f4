"""The demonstration: a company in Active Directory, and the cloud directory that follows it.

story       what is shown, in order
over_ldap   the company in a real Samba domain, changed through LDAP
in_ldif     the company in an export, where Samba cannot be had
telling     headings, sentences, and commands as anyone would type them
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from in_ldif import ExportedCompany
from over_ldap import LiveCompany
from story import Company, tell
from telling import Teller

from ropeway.lab.company import Size
from ropeway.model.problems import RopewayError, describe


def main() -> int:
    """Prepare, tell, clean up."""
    wanted = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="ropeway-demo-"))
    teller = Teller(folder / "ropeway.db")
    company: Company | None = None
    try:
        company = _company(folder, wanted, teller)
        tell(company, teller)
    except (RopewayError, KeyboardInterrupt) as end:
        teller.say(describe(end.problem) if isinstance(end, RopewayError) else "Interrupted.")
        return 1
    finally:
        if company is not None:
            company.close()
        _clean_up(folder, keep=wanted.keep, teller=teller)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="A company in Active Directory, and the cloud directory that follows it."
    )
    parser.add_argument("--people", type=int, default=1000, help="how many people work there (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="another number is another company")
    parser.add_argument("--address", help="the loopback address of the domain controller; else a free one")
    parser.add_argument("--keep", action="store_true", help="leave domain and state running, to go on by hand")
    parser.add_argument("--ldif", action="store_true", help="tell the story from an export, without Samba")
    return parser.parse_args()


def _company(folder: Path, wanted: argparse.Namespace, teller: Teller) -> Company:
    size = Size(people=wanted.people)
    if not wanted.ldif:
        try:
            return LiveCompany(folder / "domain", size, wanted.seed, wanted.address, keep=wanted.keep, teller=teller)
        except RopewayError as error:
            if error.problem.code not in ("lab-samba-missing", "lab-not-root"):
                raise
            teller.say(describe(error.problem))
            teller.say("So the same story is told from an export of the company, without a domain controller.")
    return ExportedCompany(folder / "company.ldif", size, wanted.seed, teller)


def _clean_up(folder: Path, *, keep: bool, teller: Teller) -> None:
    if keep:
        teller.say(f"Everything is left in {folder}. To go on: export ROPEWAY_STATE={teller.state}")
        return
    shutil.rmtree(folder, ignore_errors=True)
    teller.say("Cleaned up: nothing runs any more, and the demonstration's files are gone. --keep leaves them.")


sys.exit(main())
