"""Names, ports and labels that the components of logging share."""

from collections.abc import Mapping

from components.kubernetes.labels import labels_of_part

# For this platform only: Fluentd's pods can read the logs of all pods.
NAMESPACE = "logging"

ELASTICSEARCH = "elasticsearch"
ELASTICSEARCH_NODES = "elasticsearch-nodes"  # the headless Service, which includes pods that are not ready
ELASTICSEARCH_PORT = 9200
ELASTICSEARCH_URL = f"https://{ELASTICSEARCH}.{NAMESPACE}.svc:{ELASTICSEARCH_PORT}"
FLUENTD = "fluentd"
KIBANA = "kibana"
KIBANA_PORT = 5601
KIBANA_URL = f"https://{KIBANA}.{NAMESPACE}.svc:{KIBANA_PORT}"

# Prefixes of daily indices: logs-2026.11.25, and refused-2026.11.25 for rejected records.
LOGS = "logs"
REFUSED = "refused"
LIFECYCLE = "metalml-logs"  # the lifecycle policy of indices
SNAPSHOTS = "metalml"  # the snapshot repository

# A ConfigMap with the CA certificate, and a Secret with the credentials of the superuser `elastic`.
AUTHORITY = "elasticsearch-authority"
ADMIN = "elasticsearch-admin"
KIBANA_AUTHORITY = "kibana-authority"

# Network policies allow pods with this label to connect to Elasticsearch and Kibana.
CLIENT: Mapping[str, str] = {"metalml/log-client": "true"}


def selector_of(name: str) -> dict[str, str]:
    """The selector labels of a component's pods; selectors are immutable."""
    return {"app.kubernetes.io/name": name}


def labels_of(name: str) -> dict[str, str]:
    """The labels of all objects of a component."""
    return labels_of_part(selector_of(name), "logging")
