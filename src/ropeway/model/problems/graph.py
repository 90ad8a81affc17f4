"""Problems of requests in Microsoft Graph's shape: queries, bodies, what is asked for and not there."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "query-unreadable",
        Severity.ERROR,
        "The query cannot be read",
        "{reason}.",
        "Correct it; docs/graph-api.md lists what each list can be asked for.",
        also_known_as="Request_BadRequest",
    ),
    Entry(
        "query-unsupported",
        Severity.ERROR,
        "Unsupported Query",
        "{reason}.",
        "Ask without it; docs/graph-api.md lists what each list can be asked for.",
        also_known_as="Request_UnsupportedQuery",
    ),
    Entry(
        "page-token-stale",
        Severity.ERROR,
        "The token of the next page is not good",
        "The $skiptoken was changed, or belongs to another $filter or $orderby than this request has.",
        "Follow @odata.nextLink as it was given, or begin again without $skiptoken.",
        also_known_as="Directory_ExpiredPageToken",
    ),
    Entry(
        "result-too-large",
        Severity.ERROR,
        "The result is larger than is told at once",
        "An object is a member of more than {most} groups.",
        "Ask for transitiveMemberOf, page by page.",
        also_known_as="Directory_ResultSizeLimitExceeded",
    ),
    Entry(
        "body-unreadable",
        Severity.ERROR,
        "Unable to read JSON request payload",
        "{reason}.",
        "Send JSON, with the header Content-Type: application/json.",
        also_known_as="Request_BadRequest",
    ),
    Entry(
        "body-invalid",
        Severity.ERROR,
        "Invalid value in the request",
        "{reason}.",
        "Correct it; docs/graph-api.md says what is taken there.",
        also_known_as="Request_BadRequest",
    ),
    Entry(
        "content-unsupported",
        Severity.ERROR,
        "The body has a type that is not read",
        "A supported MIME type could not be found that matches the content type of the request.",
        "Send it with the header Content-Type: application/json.",
    ),
    Entry(
        "not-acceptable",
        Severity.ERROR,
        "There is no answer of a type that the request accepts",
        "The header Accept names neither application/json nor */*.",
        "Leave the header out, or accept application/json.",
    ),
    Entry(
        "odata-version-unsupported",
        Severity.ERROR,
        "This version of OData is not spoken",
        "The request is in, or wants at most, another version than 4.0.",
        "Leave the headers OData-Version and OData-MaxVersion out, or say 4.0.",
    ),
    Entry(
        "resource-unknown",
        Severity.ERROR,
        "There is no such resource",
        "Nothing here has this id.",
        "List what there is: the same address without the id.",
        also_known_as="Request_ResourceNotFound",
    ),
    Entry(
        "not-offered",
        Severity.ERROR,
        "This is not offered",
        "{reason}.",
        "docs/graph-api.md says what there is instead.",
    ),
)
