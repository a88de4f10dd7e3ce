"""How objects of Kueue are called, and how a Job says that it waits for one."""

GROUP, VERSION = "kueue.x-k8s.io", "v1beta2"
API_VERSION = f"{GROUP}/{VERSION}"
# On a Job: the LocalQueue of its namespace that lets it begin.
QUEUE_LABEL = f"{GROUP}/queue-name"
# Served by Kueue itself: what waits in a queue, and how far in front.
VISIBILITY_GROUP = f"visibility.{GROUP}"
