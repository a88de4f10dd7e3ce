"""The cluster as seen from this computer: objects by their API, and why a pod does not come."""
