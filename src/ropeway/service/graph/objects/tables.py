"""Properties of each type: name, form, `*` where it is told without $select, support of eq and of startsWith.

D: by default, A: in an advanced query, -: not at all. Names, types and support as Graph's resource pages have them.
What the directory does not keep is null, or an empty list.
"""

_SHARED = """
id                            exact   * D -
deletedDateTime               time    . A -
displayName                   text    * D D
mail                          text    * D D
onPremisesLastSyncDateTime    time    {0} D -
onPremisesProvisioningErrors  list    {0} D -
onPremisesSyncEnabled         truth   {0} D -
proxyAddresses                list    {0} D D
serviceProvisioningErrors     list    {0} D -
"""

_PERSON = """
companyName                   text    {0} {1} {1}
department                    text    {0} D D
givenName                     text    * D D
jobTitle                      text    * D D
mailNickname                  text    {0} D D
surname                       text    * D D
"""

USER = f"""{_SHARED.format(".")}{_PERSON.format(".", "A").strip()}
businessPhones                list    * D D
mobilePhone                   text    * A A
officeLocation                text    * A A
preferredLanguage             text    * A A
userPrincipalName             text    * D D
accountEnabled                truth   . D -
ageGroup                      text    . A -
authorizationInfo             complex . - -
consentProvidedForMinor       text    . A -
customSecurityAttributes      complex . - -
isManagementRestricted        truth   . - -
isResourceAccount             truth   . - -
legalAgeGroupClassification   text    . A -
licenseAssignmentStates       list    . - -
passwordProfile               complex . - -
preferredDataLocation         text    . A -
assignedLicenses              list    . - -
assignedPlans                 list    . - -
city                          text    . D D
country                       text    . D D
createdDateTime               time    . D -
creationType                  text    . D -
employeeHireDate              time    . A -
employeeId                    text    . D D
employeeLeaveDateTime         time    . A -
employeeOrgData               complex . - -
employeeType                  text    . A A
externalUserState             text    . A -
externalUserStateChangeDateTime time  . A -
faxNumber                     text    . A A
identities                    list    . - -
imAddresses                   list    . A A
lastPasswordChangeDateTime    time    . - -
onPremisesDistinguishedName   text    . - -
onPremisesDomainName          text    . - -
onPremisesExtensionAttributes complex . - -
onPremisesImmutableId         exact   . A A
onPremisesSamAccountName      text    . A A
onPremisesSecurityIdentifier  exact   . D -
onPremisesUserPrincipalName   text    . D D
otherMails                    list    . D D
passwordPolicies              text    . A -
postalCode                    text    . A A
provisionedPlans              list    . - -
securityIdentifier            exact   . - -
showInAddressList             truth   . A -
signInActivity                complex . - -
signInSessionsValidFromDateTime time  . - -
state                         text    . D D
streetAddress                 text    . A A
usageLocation                 text    . D D
userType                      text    . D -
"""

GROUP = f"""{_SHARED.format("*")}
classification                text    * A A
createdDateTime               time    * D -
description                   text    * D D
expirationDateTime            time    * D -
groupTypes                    list    * D D
isAssignableToRole            truth   * D -
mailEnabled                   truth   * D -
mailNickname                  text    * D D
membershipRule                text    * A A
membershipRuleProcessingState text    * A -
onPremisesDomainName          text    * - -
onPremisesNetBiosName         text    * - -
onPremisesSamAccountName      text    * D D
onPremisesSecurityIdentifier  exact   * D -
preferredDataLocation         text    * - -
preferredLanguage             text    * A A
renewedDateTime               time    * D -
securityEnabled               truth   * D -
securityIdentifier            exact   * - -
theme                         text    * - -
uniqueName                    text    * - -
visibility                    text    * - -
assignedLicenses              list    . - -
hideFromAddressLists          truth   . - -
assignedLabels                list    . - -
hasMembersWithLicenseErrors   truth   . D -
infoCatalogs                  list    . D -
isManagementRestricted        truth   . - -
licenseProcessingState        complex . - -
resourceBehaviorOptions       list    . - -
resourceProvisioningOptions   list    . D -
onPremisesExtensionAttributes complex . - -
"""

CONTACT = f"""{_SHARED.format("*")}{_PERSON.format("*", "D").strip()}
addresses                     list    * - -
phones                        list    * - -
"""

DEVICE = """
id                            exact   * D -
deletedDateTime               time    * A -
accountEnabled                truth   * D -
alternativeSecurityIds        list    * - -
approximateLastSignInDateTime time    * D -
complianceExpirationDateTime  time    * - -
deviceId                      exact   * D D
deviceMetadata                text    * - -
deviceVersion                 number  * - -
displayName                   text    * D D
isCompliant                   truth   * D -
isManaged                     truth   * D -
manufacturer                  text    * - -
mdmAppId                      text    * D -
model                         text    * - -
onPremisesLastSyncDateTime    time    * D -
onPremisesSecurityIdentifier  exact   * - -
onPremisesSyncEnabled         truth   * D -
operatingSystem               text    * D D
operatingSystemVersion        text    * D D
physicalIds                   list    * D D
profileType                   text    * A -
registrationDateTime          time    * A -
systemLabels                  list    * A A
trustType                     text    * D -
deviceCategory                text    . - -
deviceOwnership               text    . - -
enrollmentProfileName         text    . D -
enrollmentType                text    . - -
isManagementRestricted        truth   . - -
isRooted                      truth   . - -
managementType                text    . - -
"""
