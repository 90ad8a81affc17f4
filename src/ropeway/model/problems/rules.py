"""Problems found in schemas, scopes and mappings."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_LOOK = "The schema in force stays in force. Correct the place in the file and give it again."

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "schema-unreadable",
        Severity.FATAL,
        "The schema has a part that is not understood",
        "At {path}: {reason}.",
        f"{_LOOK} docs/schema.md lists every key and operator.",
    ),
    Entry(
        "schema-unknown-attribute",
        Severity.FATAL,
        "The schema names an attribute that does not exist",
        "At {path}: {reason}. Names are compared exactly, with upper and lower case.",
        f"{_LOOK} An attribute of your own schema extension must be listed under `directories` first.",
    ),
    Entry(
        "schema-expression",
        Severity.FATAL,
        "An expression of the schema has an error",
        "At {path}: {reason}.",
        f"{_LOOK} docs/schema.md describes the language and its functions.",
    ),
    Entry(
        "schema-ambiguous",
        Severity.FATAL,
        "The schema says something twice",
        "At {path}: {reason}.",
        f"{_LOOK} Priorities are unique, and so is the mapping of each attribute.",
    ),
    Entry(
        "schema-cycle",
        Severity.FATAL,
        "The schema goes in a circle",
        "At {path}: {reason}.",
        f"{_LOOK} One of these object mappings must have mappings of its own instead of sameAs.",
    ),
    Entry(
        "schema-unsupported",
        Severity.FATAL,
        "The schema asks for something this version does not do",
        "At {path}: {reason}.",
        f"{_LOOK} docs/schema.md says what is supported.",
    ),
    Entry(
        "group-too-large",
        Severity.ERROR,
        "A group has more members than the cloud takes",
        "{object} has more than {most} members.",
        "Nothing is changed in the directory until it is smaller. Split the group, or leave it out: exclude its "
        "container, or add a clause to the scope of groups (ropeway schema export JOB FILE).",
    ),
    Entry(
        "mapping-failed",
        Severity.ERROR,
        "An attribute cannot be mapped",
        "{function} cannot use its argument {argument}: {reason}. The target object stays as it was.",
        "Correct the value in the source, or, where it fails for everybody, the expression; the object is tried again "
        "as soon as it changes. `ropeway explain` with its DN shows all source values and expressions.",
        "DataValidationFailed",
    ),
    Entry(
        "rule-error",
        Severity.ERROR,
        "A rule of the schema says that something is wrong with the object",
        "{reason}. The expression calls Error with this message; the target object stays as it was.",
        "Correct the object in the source: it is tried again as soon as it changes. If the rule is too strict, see the "
        "expression with `ropeway explain` and the object's DN, and change it with `ropeway schema import`.",
        "sync-rule-error-function-triggered",
    ),
    Entry(
        "scope-failed",
        Severity.ERROR,
        "It cannot be decided whether the object is in scope",
        "{function} cannot use its argument {argument}: {reason}. The target object stays as it was.",
        "Correct the value in the source, or the clause in the schema. `ropeway explain` with its DN shows the values.",
    ),
    Entry(
        "schema-selects-nothing",
        Severity.FATAL,
        "No object could ever be in the scope of a rule",
        "At {path}: {reason}.",
        f"{_LOOK} Clauses of one group must all be met, and in each of the three lists of groups one group must be.",
    ),
    Entry(
        "schema-base-unknown",
        Severity.FATAL,
        "The schema names a group or container that the source does not have",
        "At {path}: {reason}.",
        f"{_LOOK} Give its present DN, or its objectGUID, which stays when it is renamed.",
    ),
    Entry(
        "join-without-object",
        Severity.ERROR,
        "There is no object any more that the rule could join",
        "The rules of {object} have the link type Join or StickyJoin, which creates nothing; what they found is gone.",
        "Nothing need be done: when another rule or job provides such an object, it is joined within the hour. If this "
        "rule shall create objects, its link type is Provision.",
    ),
    Entry(
        "no-unique-value",
        Severity.ERROR,
        "Every value that a new object could have is taken",
        "SelectUniqueValue offers for {attribute} of {object}: {tried}. Other objects have all of them.",
        "Give the function one rule more in the schema, or free a value in the directory. The object is tried again in "
        "some hours, and at once when it changes in the source.",
    ),
)
