"""A job's life as policy: when it runs next, when it goes into quarantine and leaves it, what a restart resets.

Pure code over counts and clocks; times are seconds since 1970. Names and figures are those of Microsoft Graph's
synchronizationStatus and of application-provisioning-quarantine-status.
"""
