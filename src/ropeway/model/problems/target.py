"""Problems found by a target: the directory's own rules."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

_VALUES = (
    Entry(
        "attribute-required",
        _ERROR,
        "A required attribute has no value",
        "The directory keeps no {type} without {attribute}.",
        "Give the object a {attribute} where it is mastered; it is tried again as soon as it changes.",
        "DataValidationFailed",
    ),
    Entry(
        "attribute-unknown",
        _ERROR,
        "The directory does not know this attribute",
        "An object of type {type} has no attribute {attribute} that may be written.",
        "Correct the name where it was typed, or the target attribute in the job's mapping (`ropeway schema show`).",
    ),
    Entry(
        "value-too-long",
        _ERROR,
        "A value is too long",
        "It has {length} characters or bytes, and at most {most} fit into {attribute}.",
        "Shorten the value where it is mastered, or cut it in the mapping with Left().",
        "ExceededAllowedLength",
    ),
    Entry(
        "value-of-wrong-type",
        _ERROR,
        "A value is of the wrong type",
        "{attribute} takes {wanted}, and this is {found}.",
        "Correct the mapping of {attribute}, or the value where it is mastered.",
        "DataValidationFailed",
    ),
    Entry(
        "value-with-control-characters",
        _ERROR,
        "A value contains control characters",
        "Characters such as NUL or escape cannot be kept in a directory.",
        "Type the value of {attribute} again where it is mastered; it was probably pasted or written by a program.",
        "DataValidationFailed",
    ),
    Entry(
        "value-not-allowed",
        _ERROR,
        "A value breaks the rule of its attribute",
        "The rule of {attribute}: {rule}.",
        "Correct the value where it is mastered; it is tried again as soon as it changes.",
        "IdentityDataValidationFailed",
    ),
)

_UNIQUENESS = (
    Entry(
        "upn-rewritten",
        Severity.INFO,
        "The user got another name in the directory",
        "The suffix of the name is no verified domain, or the name has characters the cloud does not take; "
        "the user is called {upn}.",
        "If the domain is yours: `ropeway directory domains add NAME`, then `ropeway directory domains verify NAME`. "
        "Otherwise change the user principal name on premises.",
    ),
    Entry(
        "mastered-in-cloud",
        Severity.INFO,
        "The cloud is master of this object",
        "What the job says of it is kept, and does not count: isCloudManaged was set.",
        "Nothing needs to be done. To make the job master again: PATCH onPremisesSyncBehavior of the object with "
        '{{"isCloudManaged": false}}.',
    ),
    Entry(
        "nobody-to-master",
        _ERROR,
        "No job provides this object",
        "It is the cloud's own, or its account on premises is gone: there is nobody to give it to.",
        "Nothing needs to be done. An account that comes back on premises is matched again by the job.",
    ),
    Entry(
        "duplicate-upn",
        _WARNING,
        "The user principal name belongs to somebody else",
        "{holder} has it; the user is called {upn} until it is free.",
        "Change one of the two names where it is mastered. The name is given back by itself.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "duplicate-proxy-address",
        _WARNING,
        "An address belongs to somebody else",
        "{holder} has it; the object was written without the address.",
        "Remove the address from one of the two. It is given back by itself.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "duplicate-identifier",
        _WARNING,
        "An identifier belongs to another object",
        "{holder} has it; the object was written without it.",
        "Find out which of the two objects is the right one, and delete the other.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "immutable-id-taken",
        _ERROR,
        "Another object has this source anchor",
        "{holder} carries the same onPremisesImmutableId, so the two cannot both be in the directory.",
        "See whether ms-DS-ConsistencyGuid was copied from one account to another, and clear it on the wrong one. "
        "If both are the same person, the next run matches them.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "sid-taken",
        _ERROR,
        "Another object has this SID",
        "{holder} carries the same onPremisesSecurityIdentifier.",
        "See whether two jobs read the same domain; then one of them should leave the object out of its scope.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "value-taken",
        _ERROR,
        "The value belongs to another object",
        "{holder} has this {attribute}.",
        "Choose another value, or change that object first.",
        "AttributeValueMustBeUnique",
    ),
    Entry(
        "linked-already",
        _ERROR,
        "The link is there already",
        "{value} is among the {attribute}, or was named twice.",
        "Name those alone that are still missing.",
    ),
    Entry(
        "member-not-allowed",
        _ERROR,
        "The group does not take this member",
        "{value} cannot be a member: {rule}.",
        "Take its members instead, or a security group.",
    ),
)

_MATCHING = (
    Entry(
        "match-invalid-soft",
        _ERROR,
        "An object of that name has another source anchor",
        "{holder} would match, and carries an onPremisesImmutableId of another source object.",
        "If it is the same person, clear onPremisesImmutableId of the cloud object with `ropeway directory users "
        "update`; if not, change the name or address of one of the two.",
        "InvalidSoftMatch",
    ),
    Entry(
        "match-type-mismatch",
        _ERROR,
        "The object that matches is of another type",
        "{holder} is a {type}, and the source object is a {wanted}.",
        "Remove the duplicate name or address from one of the two.",
        "ObjectTypeMismatch",
    ),
    Entry(
        "match-admin-role",
        _ERROR,
        "The object that matches holds an administrative role",
        "{holder} is an administrator in the cloud and is never taken over from on premises.",
        "Take the roles away, let the job run, then give them back; or give the account on premises another name.",
        "ExistingAdminRoleConflict",
    ),
    Entry(
        "match-ambiguous",
        _ERROR,
        "Several source objects match one object",
        "More than one source object would be joined to {id} by {attribute}.",
        "Make the names or addresses of the source objects different, so that one match is left.",
    ),
    Entry(
        "match-anchor-taken",
        _ERROR,
        "The object that matches follows another source object",
        "{holder} is already provided by another object of the same job.",
        "See whether ms-DS-ConsistencyGuid was copied from one account to another, and clear it on the wrong one.",
    ),
    Entry(
        "match-hard-blocked",
        _ERROR,
        "Taking over a cloud object by its source anchor is switched off",
        "{holder} lives in the cloud alone, and the tenant blocks takeover through hard match.",
        "If the takeover is wanted, switch blockCloudObjectTakeoverThroughHardMatchEnabled off for one run.",
        "InvalidHardMatch",
    ),
)

_ADMINISTRATION = (
    Entry(
        "mastered-on-premises",
        _ERROR,
        "This is mastered on premises",
        "Job {job} provides it from {dn}, and would overwrite what is changed here.",
        "Change it there; it arrives with the next run. To make the object the cloud's own, set isCloudManaged of its "
        "onPremisesSyncBehavior, `ropeway directory users manage ID --in-cloud`, or delete the job with --keep.",
    ),
    Entry(
        "upn-not-usable",
        _ERROR,
        "The user principal name cannot be used",
        "Its domain “{domain}” is not verified here, or the name has characters the cloud does not take.",
        "Choose a name in a verified domain (`ropeway directory domains list`), with letters A-Z, digits and "
        "' . - _ ! # ^ ~ only.",
    ),
    Entry(
        "object-not-found",
        _ERROR,
        "No such object",
        "The directory has no live object “{identifier}” of that type.",
        "List the objects, or the deleted ones with --deleted; objects are found by id, UPN, mail or mailNickname.",
    ),
    Entry(
        "object-ambiguous",
        _ERROR,
        "Several objects have that name",
        "“{identifier}” fits more than one object.",
        "Name the object by its id or its user principal name.",
    ),
    Entry(
        "domain-name-invalid",
        _ERROR,
        "Not a domain name",
        "A domain is written like contoso.com: labels of letters, digits and hyphens, with dots between them.",
        "Correct the name. Names in other scripts are written in their xn-- form.",
    ),
    Entry(
        "domain-unknown",
        _ERROR,
        "The tenant has no such domain",
        "The tenant's domains are: {known}.",
        "Add it first: `ropeway directory domains add NAME`.",
    ),
    Entry(
        "domain-not-verified",
        _ERROR,
        "The domain is not verified",
        "{value} cannot be the default domain before it is shown to be the tenant's.",
        "Verify it first: `ropeway directory domains verify {value}`.",
    ),
    Entry(
        "domain-taken",
        _ERROR,
        "Another tenant of this service has the domain",
        "{value} is verified already, and a domain belongs to one tenant.",
        "If it is yours, ask whoever runs the service, who can take it away there: `ropeway directory domains remove`.",
    ),
    Entry(
        "domain-record-missing",
        _ERROR,
        "The domain does not have the TXT record that shows whose it is",
        "{object} must have the TXT record “{record}”; {found}.",
        "Add it at {object} itself, beside those that are there, and try again when DNS has it: `dig TXT {object}`. "
        "Resolvers remember what they were asked a moment ago, often for an hour.",
    ),
    Entry(
        "domain-record-unknown",
        _ERROR,
        "DNS did not say which TXT records the domain has",
        "The TXT records of {object} could not be read: {reason}.",
        "Try `dig TXT {object}` on the service's machine. Another resolver is named by the setting `resolvers`.",
    ),
    Entry(
        "domain-is-initial",
        _ERROR,
        "The initial domain stays",
        "Names that cannot be used as they are end in the initial domain, so it cannot be removed.",
        "Nothing needs to be done.",
    ),
)

_WRITING = (
    Entry(
        "contribution-missing",
        _ERROR,
        "The directory has nothing of this object to change",
        "A change ({kind}) came for an object that this job does not provide, or no longer.",
        "Run the job with --full: the object is matched again, or created.",
    ),
    Entry(
        "directory-refused-row",
        _ERROR,
        "The directory's database refused this object",
        "It said: {reason}.",
        "Report this as a defect of Ropeway, with the object's values; every other object was written.",
    ),
    Entry(
        "directory-unavailable",
        Severity.FATAL,
        "The directory's database does not work",
        "It said: {error}.",
        "See that the database runs, that its disk is not full and that the account may write. Nothing is lost: "
        "what was not written is sent again.",
    ),
    Entry(
        "changes-forgotten",
        Severity.WARNING,
        "The change log does not go back that far",
        "Changes are kept for 30 days, and those after number {sequence} are older.",
        "Nothing needs to be done: the reader starts again with a full read.",
    ),
)

ENTRIES: tuple[Entry, ...] = (*_VALUES, *_UNIQUENESS, *_MATCHING, *_ADMINISTRATION, *_WRITING)
