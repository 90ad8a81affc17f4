"""The service in Microsoft Graph's shape: jobs, provisioning log, agents (graph-scim.md B)."""
