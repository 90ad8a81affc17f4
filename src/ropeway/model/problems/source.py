"""Problems found while reading a source."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

SETTINGS = (
    Entry(
        "source-settings-invalid",
        Severity.FATAL,
        "The settings of the source are not right",
        "{reason}",
        "Correct this setting of the job; docs/active-directory.md lists every setting.",
    ),
    Entry(
        "plaintext-password-refused",
        Severity.FATAL,
        "A password is not sent over an unprotected connection",
        "The settings say security “plain”, over which anyone on the way could read the password.",
        "Use security “ldaps”, “starttls” or “gssapi”; in a laboratory set allow_plaintext_password to true.",
    ),
    Entry(
        "credential-file-open",
        Severity.FATAL,
        "Others can read the file with the credential",
        "The file's mode is {mode}: its group or everybody may read or change it.",
        "Run: chmod 600 {object}",
    ),
    Entry(
        "credential-file-unreadable",
        Severity.FATAL,
        "The file with the credential cannot be read",
        "The system said: {reason}.",
        "Check that the file exists and belongs to the account that runs Ropeway: ls -l {object}",
    ),
    Entry(
        "password-file-empty",
        Severity.FATAL,
        "The password file is empty",
        "Its first line has no characters.",
        "Write the password, and nothing else, into the first line of {object}.",
    ),
    Entry(
        "password-prompt-impossible",
        Severity.FATAL,
        "Nobody is there to type the password",
        "The settings say that the password is asked for, but this command has no terminal to ask on.",
        "Run it in a terminal, or put the password into a file and set password_file.",
    ),
)

CONNECTION = (
    Entry(
        "controllers-not-found",
        Severity.FATAL,
        "No domain controller found in DNS",
        "The look-up of the SRV record {name} failed: {reason}.",
        "Check it with: dig SRV {name} — or name the controllers with --server (the setting servers).",
    ),
    Entry(
        "controller-unreachable",
        Severity.FATAL,
        "A domain controller does not answer",
        "Connecting to {controller} failed: {reason}.",
        "Check its name, that it runs and that no firewall is in between: nc -vz {host} {port}. A job that runs tries "
        "again by itself.",
        "DirectoryServicesUnavailable",
    ),
    Entry(
        "controller-lost",
        Severity.FATAL,
        "The connection to the domain controller broke, or it took too long to answer",
        "{controller} said: {reason}.",
        "Nothing is lost: Ropeway goes on with the next controller, and tries again by itself. If it happens often, "
        "check the network and the controller's load, or raise the setting timeout.",
    ),
    Entry(
        "controller-busy",
        Severity.FATAL,
        "The domain controller is busy or is shutting down",
        "{controller} said: {reason}.",
        "Ropeway goes on with the next controller, and tries again by itself.",
    ),
    Entry(
        "controller-behind",
        Severity.FATAL,
        "A domain controller has not yet what another one told",
        "{object} was asked for one object, and has not replicated yet what the job has read: {reason}.",
        "Nothing is lost: Ropeway tries again by itself. If it happens often, look at the replication between the "
        "domain controllers: repadmin /replsummary (samba-tool drs showrepl).",
    ),
    Entry(
        "full-read-interrupted",
        Severity.WARNING,
        "A full read was interrupted by the loss of its domain controller",
        "With the method usn a full read cannot be continued on another controller.",
        "Nothing is lost: the next run reads everything anew from the next controller.",
    ),
    Entry(
        "certificate-not-trusted",
        Severity.FATAL,
        "The domain controller's certificate is not trusted",
        "{controller} showed a certificate that could not be verified: {reason}.",
        "Not yet valid, or expired: look first whether the clock of the machine that connects, the agent's where one "
        "reads, is right (`timedatectl`). Else name the file with the certificate of the authority that issued it: "
        "--ca-file of `ropeway job create`, or ca_file in an agent's agent.yaml; and name the server as the "
        "certificate does. See what it shows with: openssl s_client -connect {controller} -showcerts",
    ),
    Entry(
        "protection-required",
        Severity.FATAL,
        "The domain controller demands a protected connection",
        "{controller} refuses binds that are neither signed nor encrypted: {reason}.",
        "Set security to “ldaps”, “starttls” or “gssapi”.",
    ),
    Entry(
        "controller-of-another-domain",
        Severity.FATAL,
        "The server belongs to another domain",
        "{controller} is a controller of {found}, but the settings say {object}.",
        "Correct the setting servers or domain.",
    ),
    Entry(
        "kerberos-not-installed",
        Severity.FATAL,
        "The Kerberos program kinit is missing",
        "Binding with Kerberos needs kinit, which is not on this machine.",
        "Run: apt-get install krb5-user libsasl2-modules-gssapi-mit",
    ),
    Entry(
        "kerberos-failed",
        Severity.FATAL,
        "Kerberos gave no ticket",
        "For {user}: {reason}.",
        "Check that this machine's clock is right to five minutes, that the keytab is current (klist -k KEYTAB), that "
        "the controller is named by its DNS name, and that libsasl2-modules-gssapi-mit is installed.",
    ),
)


def _bind(code: str, title: str, cause: str, remedy: str) -> Entry:
    return Entry(code, Severity.FATAL, title, cause, remedy, "InvalidCredentials")


BIND = (
    _bind(
        "kerberos-refused",
        "The domain gives the account no ticket",
        "Kerberos was asked for {user}: {reason}.",
        "Correct the password file, or export the keytab anew: a password that changed makes a keytab worthless. See "
        "that the account exists, is enabled, and neither it nor its password has expired.",
    ),
    _bind(
        "bind-refused",
        "The domain does not accept the credential",
        "{controller} refused {user}: {reason}.",
        "Check user and password. Ropeway does not try other controllers with it, so that the account is not locked.",
    ),
    _bind(
        "account-unknown",
        "The domain has no such account",
        "{controller} knows no account {user} (data 525).",
        "Check the setting user; write it as name@domain.",
    ),
    _bind(
        "password-wrong",
        "The password is wrong, or there is no such account",
        "{controller} refused the password of {user} (data 52e).",
        "Correct the password in the file that the job names (`ropeway job show`), or, where agents read the domain, "
        "in the one that agent.yaml on their machine names; and check the setting user. Ropeway does not try other "
        "controllers with it, so that the account is not locked.",
    ),
    _bind(
        "logon-hours",
        "The account may not sign in at this hour",
        "The logon hours of {user} forbid it (data 530).",
        "Allow all hours for this account in Active Directory Users and Computers, Account, Logon Hours.",
    ),
    _bind(
        "logon-workstation",
        "The account may not sign in from this machine",
        "The list of workstations of {user} does not hold the controller (data 531).",
        "Let the account log on to all computers, or add the domain controllers to its list.",
    ),
    _bind(
        "password-expired",
        "The password of the account has expired",
        "The password of {user} is older than the domain allows (data 532).",
        "Set a new password, put it into the password file, and let this account's password never expire.",
    ),
    _bind(
        "account-disabled",
        "The account is disabled",
        "{user} is disabled (data 533).",
        "Enable it: samba-tool user enable NAME, or Enable-ADAccount NAME.",
    ),
    _bind(
        "account-expired",
        "The account has expired",
        "The expiry date of {user} is past (data 701).",
        "Remove the expiry date: samba-tool user setexpiry --noexpiry NAME, or Clear-ADAccountExpiration NAME.",
    ),
    _bind(
        "password-must-change",
        "The account must change its password first",
        "{user} is set to change the password at the next sign-in (data 773).",
        "Set a password without that requirement, and put it into the password file.",
    ),
    _bind(
        "account-locked",
        "The account is locked",
        "Too many wrong passwords were tried for {user} (data 775).",
        "Find out who tries them, then unlock it: samba-tool user unlock NAME, or Unlock-ADAccount NAME.",
    ),
)

READING = (
    Entry(
        "rights-missing",
        Severity.FATAL,
        "The account lacks a right",
        "{controller} does not let {user} do this: {reason}.",
        "Grant the rights that docs/active-directory.md lists.",
        "InsufficientAccessRights",
    ),
    Entry(
        "replication-rights-missing",
        Severity.FATAL,
        "The account may not read changes",
        "DirSync needs the right “Replicating Directory Changes” on {object}, which {user} does not have: {reason}.",
        "Grant it: samba-tool dsacl set --objectdn=BASE --sddl='(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;SID)', "
        'or dsacls BASE /G "ACCOUNT:CA;Replicating Directory Changes" — or set method to “auto”.',
    ),
    Entry(
        "operation-refused",
        Severity.FATAL,
        "The domain controller refused a request",
        "{controller} said: {reason}.",
        "If it does not pass by itself, look into the controller's event log, and report it with a support bundle.",
    ),
    Entry(
        "naming-context-invisible",
        Severity.FATAL,
        "The domain itself cannot be read",
        "{controller} does not show {attribute} of {name} to this account.",
        "Check the setting naming_context, and that the account may read it.",
    ),
    Entry(
        "watermark-of-another-domain",
        Severity.FATAL,
        "The job has read another domain before",
        "Its watermark belongs to the domain with the objectGUID {mark}, and {object} is {found}.",
        "Correct the job's setting domain; for another domain create a job of its own: ropeway job create.",
    ),
)


def _value(code: str, title: str, cause: str, remedy: str) -> Entry:
    return Entry(code, Severity.ERROR, title, cause, remedy)


VALUES = (
    _value(
        "value-not-single",
        "An attribute that holds one value has several",
        "The schema says that {attribute} is single-valued; it came with {reason}.",
        "Leave only one value of {attribute} on {object}; until then the object stays as it was.",
    ),
    _value(
        "value-not-utf8",
        "A text is not UTF-8",
        "The value of {attribute} is no UTF-8 text: {reason}.",
        "Write {attribute} of {object} anew; until then the object stays as it was.",
    ),
    _value(
        "value-has-zero-byte",
        "A text contains a zero byte",
        "The value of {attribute} contains a character that no text may contain.",
        "Write {attribute} of {object} anew; until then the object stays as it was.",
    ),
    _value(
        "value-empty",
        "A value is empty",
        "{attribute} came with a value of no bytes, which the schema does not allow.",
        "Clear {attribute} of {object}, or give it a value; until then the object stays as it was.",
    ),
    _value(
        "value-too-large",
        "A value is absurdly large",
        "The value of {attribute} has {reason}; more than 10 MB are not read.",
        "Look at {attribute} of {object}; until it is smaller, the object stays as it was.",
    ),
    _value(
        "value-not-of-its-type",
        "A value is not what the schema says",
        "The value of {attribute} is {reason}.",
        "Correct {attribute} of {object}; until then the object stays as it was.",
    ),
    _value(
        "object-without-guid",
        "An object came without its objectGUID",
        "The account may see {object}, but not its objectGUID.",
        "Let the account read all properties of {object}.",
    ),
)

ENTRIES: tuple[Entry, ...] = (*SETTINGS, *CONNECTION, *BIND, *READING, *VALUES)
