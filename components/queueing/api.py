"""How objects of Kueue are called, and how a Job says that it waits for one."""

GROUP, VERSION = "kueue.x-k8s.io", "v1beta2"
API_VERSION = f"{GROUP}/{VERSION}"
# On a Job: the LocalQueue of its namespace that lets it begin.
QUEUE_LABEL = f"{GROUP}/queue-name"
# The LocalQueue that every team with a queue has in its namespace.
LOCAL_QUEUE = "training"
# Served by Kueue itself: what waits in a queue, and how far in front.
VISIBILITY_GROUP = f"visibility.{GROUP}"
