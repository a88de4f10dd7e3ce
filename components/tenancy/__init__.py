"""Multi-tenancy: namespaces, and a team's quota, LimitRange, NetworkPolicies and RBAC in its namespace."""
