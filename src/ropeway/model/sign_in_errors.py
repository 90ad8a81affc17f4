"""Why somebody is not signed in, by Entra ID's numbers (graph-scim.md D4)."""

from __future__ import annotations

KINDS: dict[int, tuple[str, int, str]] = {
    90002: ("invalid_tenant", 400, "Tenant '{0}' not found. Check to make sure you have the correct tenant ID."),
    50049: ("invalid_instance", 400, "Unknown or invalid instance."),
    900144: ("invalid_request", 400, "The request body must contain the following parameter: '{0}'."),
    9002313: ("invalid_request", 400, "Invalid request. Request is malformed or invalid."),
    70003: ("unsupported_grant_type", 400, "The app requested an unsupported grant type '{0}'."),
    700016: ("unauthorized_client", 400, "Application with identifier '{0}' was not found in the directory."),
    7000112: ("unauthorized_client", 400, "Application '{0}' is disabled."),
    7000215: ("invalid_client", 401, "Invalid client secret provided. Send the value of the secret, not its id."),
    7000222: ("invalid_client", 401, "The provided client secret keys for app '{0}' are expired."),
    7000218: ("invalid_client", 401, "The request body must contain 'client_assertion' or 'client_secret'."),
    700025: ("invalid_client", 401, "Client is public: it must present no assertion and no secret."),
    700027: ("invalid_client", 401, "The certificate is not registered on application, or did not sign this."),
    700024: ("invalid_client", 401, "Client assertion is not within its valid time range."),
    50012: ("invalid_client", 401, "Client assertion has an audience that is not this service, or cannot be read."),
    50048: ("invalid_client", 401, "Subject must match Issuer claim in the client assertion."),
    1002012: ("invalid_scope", 400, "Scope '{0}' is not valid. Client credential flows need RESOURCE/.default."),
    70016: ("authorization_pending", 400, "Authorization is pending. Continue polling."),
    70018: ("bad_verification_code", 400, "The device code is invalid, or was used already."),
    70020: ("expired_token", 400, "The device code has expired. Begin anew."),
    70011: ("invalid_scope", 400, "The provided value for the input parameter 'scope' is not valid: '{0}'."),
    500011: ("invalid_resource", 400, "The resource principal named '{0}' was not found in the tenant."),
    50034: ("invalid_grant", 400, "The user account {0} does not exist in the directory."),
    50053: ("invalid_grant", 400, "The account is locked: a wrong password was tried too often. Try again later."),
    50055: ("invalid_grant", 400, "The password is expired. The user has to change it at an interactive sign-in."),
    50056: ("invalid_grant", 400, "Invalid or null password: there is none in the directory for this user."),
    50057: ("invalid_grant", 400, "The user account is disabled."),
    50076: ("invalid_grant", 400, "The user must use multi-factor authentication to access '{0}'."),
    50079: ("invalid_grant", 400, "The user must enroll in multi-factor authentication to access '{0}'."),
    50126: ("invalid_grant", 400, "Error validating credentials due to invalid username or password."),
    50173: ("invalid_grant", 400, "The provided grant has been revoked. The user has to sign in again."),
    50011: ("invalid_request", 400, "The redirect URI specified in the request is not one of the application's."),
    50058: ("login_required", 400, "A silent sign-in request was sent, but no user is signed in."),
    50147: ("invalid_request", 400, "The PKCE code challenge is missing or not supported: S256 is needed."),
    501481: ("invalid_grant", 400, "The code_verifier does not fit the code_challenge of the authorization request."),
    54005: ("invalid_grant", 400, "The authorization code was already redeemed. Please sign in again."),
    65001: ("invalid_grant", 400, "The user or an administrator has not consented to use the application {0}."),
    65004: ("access_denied", 400, "The user declined to consent to access the application."),
    70000: ("invalid_grant", 400, "The provided grant is invalid, or was issued to another application."),
    70008: ("invalid_grant", 400, "The provided authorization code or refresh token has expired."),
    500121: ("invalid_grant", 400, "Authentication failed during strong authentication request."),
    700054: ("unsupported_response_type", 400, "The response_type '{0}' is not supported: only code is."),
    90014: ("invalid_request", 400, "The required field '{0}' is missing from the request."),
    650056: ("invalid_client", 400, "Misconfigured application: {0} names no permission, and has none here."),
    90094: ("access_denied", 400, "An administrator has to consent to what {0} asks for."),
    90033: ("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
}  # fmt: skip
"""OAuth's error, the status, and the sentence, by AADSTS number."""


def words_of(number: int) -> str:
    """The sentence without what it is about; empty for a sign-in that went well."""
    return KINDS[number][2].replace("{0}", "…") if number in KINDS else "Other." if number else ""
