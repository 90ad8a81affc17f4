"""Problems found while reading LDIF."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_AGAIN = (
    "Export again: `ldifde -f export.ldf` on Windows; "
    "`ldapsearch -o ldif-wrap=no -E pr=1000/noprompt -b BASE '(objectClass=*)' '*' objectGUID > export.ldif` "
    "elsewhere; `slapcat > export.ldif` for OpenLDAP."
)

_SETTINGS = (
    Entry(
        "ldif-setting-unknown",
        Severity.FATAL,
        "Unknown setting {key} of the LDIF source",
        "An LDIF source knows only these settings: {known}.",
        "Correct the name, or leave the setting out.",
    ),
    Entry(
        "ldif-setting-wrong",
        Severity.FATAL,
        "A setting of the LDIF source is wrong",
        "It cannot be used: {why}.",
        "Give `path` the name of a file, or `-` for standard input, and `domain` a DNS name such as contoso.test.",
    ),
)

_FILES = (
    Entry(
        "ldif-no-file",
        Severity.FATAL,
        "The LDIF file is not there",
        "No file has this name.",
        "Check the path, and that Ropeway runs where the file is: `ls -l {path}`.",
    ),
    Entry(
        "ldif-folder",
        Severity.FATAL,
        "A folder was named where an LDIF file is wanted",
        "An LDIF source reads one file.",
        "Name the file in the folder: `ls {path}`.",
    ),
    Entry(
        "ldif-not-allowed",
        Severity.FATAL,
        "The LDIF file cannot be opened",
        "The operating system refuses: {why}.",
        "Let the account that runs Ropeway read it: `ls -l {path}`, then `chmod` or `chown`.",
    ),
    Entry(
        "ldif-reading-failed",
        Severity.FATAL,
        "Reading the LDIF file failed",
        "The operating system says: {why}.",
        "Check the disk, and that the folder for temporary files has room: `df -h /tmp`. Then run again.",
    ),
    Entry(
        "ldif-empty",
        Severity.FATAL,
        "The LDIF file holds no entry",
        "An export that finds nothing is almost always a wrong base or filter, or one that failed at once; "
        "taking it for an empty directory would remove everybody.",
        _AGAIN,
    ),
    Entry(
        "ldif-not-ldif",
        Severity.FATAL,
        "The file is not LDIF",
        "No line of it starts an entry with `dn:`. It begins with the value shown, and looks like {looks}.",
        _AGAIN,
    ),
    Entry(
        "ldif-endless-record",
        Severity.FATAL,
        "The file is not LDIF: it goes on without an empty line",
        "Entries end with an empty line, and none came within {limit}.",
        _AGAIN,
    ),
    Entry(
        "ldif-outside-base",
        Severity.FATAL,
        "The LDIF file is of another domain",
        "Nothing in it lies at or below {base}.",
        "See what it holds with `grep -m3 ^dn: {object}`; name the right file, or correct the setting `domain`.",
    ),
)

_WHOLENESS = (
    Entry(
        "ldif-truncated",
        Severity.ERROR,
        "The LDIF file is cut off",
        "{why} What came before was read; nothing counts as deleted because it is missing here.",
        "Look at the end (`tail {path}`) and export again, with room on the disk. If the file is whole after all, "
        "end it with an empty line: `echo >> {path}`.",
    ),
    Entry(
        "ldif-limit",
        Severity.ERROR,
        "The export was ended by the server",
        "The search ended with result {result}, so entries are missing; nothing counts as deleted because it is "
        "missing here.",
        "Ask in pages: `ldapsearch -E pr=1000/noprompt …`; for other results, correct what the server names.",
    ),
    Entry(
        "ldif-changed",
        Severity.ERROR,
        "The LDIF file changed while it was read",
        "What was read may be half old and half new; nothing counts as deleted because it is missing.",
        "Write an export under another name and rename it when it is done: `mv export.new {path}`. Then run again.",
    ),
    Entry(
        "ldif-in-doubt",
        Severity.ERROR,
        "Whether the object still exists cannot be said",
        "It is not in the LDIF file, but the file is not whole, or has entries that cannot be read.",
        "Repair what the other problems of this job name, or export again.",
    ),
)

_RECORDS = (
    Entry(
        "ldif-no-anchor",
        Severity.ERROR,
        "An entry in line {line} has neither objectGUID nor entryUUID",
        "An object is known by what never changes; a DN does, so it is never taken instead.",
        "Export that attribute too. `ldifde` and `slapcat` lack nothing by default; for ldapsearch name it: "
        "`ldapsearch … '*' objectGUID` (OpenLDAP: `'*' entryUUID`).",
    ),
    Entry(
        "ldif-bad-anchor",
        Severity.ERROR,
        "The anchor of the entry in line {line} is broken",
        "It cannot be read: {why}.",
        _AGAIN,
    ),
    Entry(
        "ldif-no-class",
        Severity.ERROR,
        "The entry in line {line} has no objectClass",
        "Without it nobody can say whether it is a user, a group or something else.",
        "Export objectClass too: `ldapsearch … '*' objectGUID`, or name it in the list of `ldifde -l`.",
    ),
    Entry(
        "ldif-bad-dn",
        Severity.ERROR,
        "The entry in line {line} has no usable DN",
        "An entry starts with `dn:` and a distinguished name (RFC 4514).",
        "Correct the line, or export again.",
    ),
    Entry(
        "ldif-bad-line",
        Severity.ERROR,
        "The entry starting in line {line} has a line that is no attribute",
        "Each line is `name: value`, a continuation that starts with a space, or a comment that starts with #.",
        "Correct the line, or export again; do not edit exports with an editor that wraps lines.",
    ),
    Entry(
        "ldif-bad-base64",
        Severity.ERROR,
        "The entry starting in line {line} has a broken Base64 value",
        "It cannot be decoded: {why}.",
        "Correct the value, or export again.",
    ),
    Entry(
        "ldif-url",
        Severity.ERROR,
        "The entry starting in line {line} has a value that is elsewhere",
        "`name:< URL` asks to fetch the value from that place, which Ropeway never does.",
        "Export with the values in the file: ldapsearch without `-t` and `-tt`.",
    ),
    Entry(
        "ldif-changetype",
        Severity.ERROR,
        "The entry in line {line} is a change, not an object",
        "An export of contents is wanted: of change records only `changetype: add` describes an object as it is.",
        _AGAIN,
    ),
    Entry(
        "ldif-range",
        Severity.ERROR,
        "The entry in line {line} has only a part of its values",
        "The server gives long lists in parts, and ldapsearch writes only the first; the object is left as it is.",
        "Export with a tool that asks for the rest (`ldifde`, on Samba `ldbsearch`), or let Ropeway read the domain "
        "itself (source `active-directory`).",
    ),
    Entry(
        "ldif-two-values",
        Severity.ERROR,
        "The entry in line {line} has two values where one is allowed",
        "The schema of Active Directory says single-valued; the second value is {second}.",
        "Keep one of the values in the directory, and export again.",
    ),
    Entry(
        "ldif-bad-value",
        Severity.ERROR,
        "The entry in line {line} has a value that breaks the schema",
        "It cannot be read: {why}.",
        "Correct the value in the directory, and export again.",
    ),
    Entry(
        "ldif-twice",
        Severity.ERROR,
        "The same object is in the file twice, with differences",
        "The entries in lines {line} and {other} have the same {what}; which of them is true cannot be said.",
        "Remove one, or export the whole domain into one file at one time.",
    ),
    Entry(
        "ldif-in-doubt-link",
        Severity.ERROR,
        "The entry in line {line} refers to an object that cannot be known",
        "The object named is not among what could be read, but the file is cut off, or has an entry of that name "
        "that cannot be read. Leaving the link out could remove it, so the whole object is left as it is.",
        "Repair what the other problems of this job name, or export again.",
    ),
    Entry(
        "ldif-outside-link",
        Severity.WARNING,
        "The entry in line {line} refers to objects that are not in the file",
        "A link needs the other object's anchor, and a DN alone does not give it: {count} left out, "
        "the first is the one shown.",
        "Export the whole domain into one file, or with anchors in the references: `ldapsearch -E '!extendedDn=1' …`.",
    ),
)

ENTRIES: tuple[Entry, ...] = _SETTINGS + _FILES + _WHOLENESS + _RECORDS
