"""What the report before the first run finds: `report-<error>` for each of its errors."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_AGAIN = "Correct it on premises and make the report again: `ropeway report JOB`."

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "report-duplicate",
        Severity.WARNING,
        "Several objects have the same value",
        "One of them gets the name or address; the others are called by a placeholder, or go without it.",
        "Leave it where the report says COMPLETE, and change or remove it at the others. A name or address that "
        "becomes free is given to who waits for it, by itself.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "report-anchor",
        Severity.ERROR,
        "Several objects have the same source anchor",
        "ms-DS-ConsistencyGuid was copied from one account to another. The directory knows an object by it, so "
        "only one of them can come.",
        "Clear ms-DS-ConsistencyGuid of the account that the value was not made for; its objectGUID counts then.",
        "InvalidHardMatch",
    ),
    Entry(
        "report-blank",
        Severity.INFO,
        "A value that objects of this type should have is missing",
        "The value is made of others: the suggestion is what the object would be called.",
        f"Fill it in if the suggestion is not what you want. {_AGAIN}",
    ),
    Entry(
        "report-character",
        Severity.WARNING,
        "A value has characters that are not allowed in it",
        "Names are rewritten where they have one; an address, a nickname or a text with one sets its object aside.",
        f"Write the suggested value instead. {_AGAIN}",
        "IdentityDataValidationFailed",
    ),
    Entry(
        "report-format",
        Severity.ERROR,
        "A value is not written as its attribute demands",
        "A name or an address is written name@domain, and an object has one primary address (SMTP: in capitals).",
        _AGAIN,
        "IdentityDataValidationFailed",
    ),
    Entry(
        "report-length",
        Severity.ERROR,
        "A value is too long",
        "It does not fit; the object is set aside, or a user is called otherwise.",
        f"Shorten the value, or cut it in the mapping with Left(). {_AGAIN}",
        "ExceededAllowedLength",
    ),
    Entry(
        "report-limit",
        Severity.WARNING,
        "There is more of something than other clouds take",
        "A group of more than 250,000 members is kept here, and is refused by Microsoft's directory.",
        "Divide the group, and make the parts members of it.",
    ),
    Entry(
        "report-unverified",
        Severity.WARNING,
        "The suffix is no verified domain",
        "A user whose name ends in it is called by the initial domain until the domain is verified. For addresses it "
        "is said only so that nobody is surprised.",
        "If the domain is yours: `ropeway directory domains add NAME`, then `ropeway directory domains verify NAME`. "
        "Otherwise give the users the suggested names.",
    ),
    Entry(
        "report-topleveldomain",
        Severity.WARNING,
        "The suffix cannot be verified",
        "Names such as contoso.local, or of one label, are no domains of the Internet; nobody can prove to own one.",
        "Add a suffix that you own to the forest (Active Directory Domains and Trusts, Properties; it is the attribute "
        "uPNSuffixes of CN=Partitions in the configuration), and give the users the suggested names.",
    ),
    Entry(
        "report-prefix",
        Severity.INFO,
        "An address has no prefix, or an unknown one",
        "An address without a prefix is taken as a secondary mail address, `smtp:`.",
        f"Write the suggested value instead. {_AGAIN}",
    ),
    Entry(
        "report-dot",
        Severity.WARNING,
        "A dot stands at the beginning, at the end, or beside another dot",
        "It is kept here; mail systems and other clouds refuse such names and addresses.",
        f"Write the suggested value instead. {_AGAIN}",
    ),
    Entry(
        "report-space",
        Severity.INFO,
        "A value begins or ends with a space",
        "The default mapping drops it from addresses; in a name, a nickname or mail it counts.",
        f"Write the suggested value instead. {_AGAIN}",
    ),
    Entry(
        "report-mapping",
        Severity.ERROR,
        "An attribute cannot be mapped",
        "The remark names the function, its argument and the reason; the object would be set aside.",
        "Correct the value in the source, or the mapping. `ropeway explain` with the DN shows all values.",
        "DataValidationFailed",
    ),
    Entry(
        "report-match",
        Severity.ERROR,
        "The object cannot be brought together with the one in the directory that it matches",
        "The remark names the problem; the object would be set aside.",
        "`ropeway explain` with the DN says what the directory has and what to do.",
    ),
    Entry(
        "report-unreadable",
        Severity.ERROR,
        "An object could not be understood",
        "It lacks an identity, or a value of it is of the wrong kind; the remark names the problem.",
        "Correct the object in the source; it is tried again as soon as it changes.",
    ),
)
