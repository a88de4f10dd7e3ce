"""API groups and labels of Kueue."""

GROUP, VERSION = "kueue.x-k8s.io", "v1beta2"
API_VERSION = f"{GROUP}/{VERSION}"
# On a Job: the LocalQueue in its namespace that it is submitted to.
QUEUE_LABEL = f"{GROUP}/queue-name"
# An aggregated API that Kueue serves: pending workloads and their position in the queue.
VISIBILITY_GROUP = f"visibility.{GROUP}"
