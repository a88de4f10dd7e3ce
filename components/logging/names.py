"""Names by which the parts of logging find each other."""

from collections.abc import Mapping

from components.kubernetes.labels import labels_of_part

# Its collectors see the logs of all pods. So nobody else works there.
NAMESPACE = "logging"

ELASTICSEARCH = "elasticsearch"
ELASTICSEARCH_NODES = "elasticsearch-nodes"  # the headless Service, of pods that are not ready yet, too
ELASTICSEARCH_PORT = 9200
ELASTICSEARCH_URL = f"https://{ELASTICSEARCH}.{NAMESPACE}.svc:{ELASTICSEARCH_PORT}"
FLUENTD = "fluentd"
KIBANA = "kibana"
KIBANA_PORT = 5601
KIBANA_URL = f"https://{KIBANA}.{NAMESPACE}.svc:{KIBANA_PORT}"

# Indices by day: logs-2026.11.25. What Elasticsearch refused is in refused-2026.11.25.
LOGS = "logs"
REFUSED = "refused"
LIFECYCLE = "metalml-logs"  # of the policy by which indices end
SNAPSHOTS = "metalml"  # of the repository of snapshots

# A ConfigMap with the certificate to trust, and a Secret with the login of the user who may do everything.
AUTHORITY = "elasticsearch-authority"
ADMIN = "elasticsearch-admin"
KIBANA_AUTHORITY = "kibana-authority"

# A pod with this label may call Elasticsearch and Kibana, as far as its user's rights go.
CLIENT: Mapping[str, str] = {"metalml/log-client": "true"}


def selector_of(name: str) -> dict[str, str]:
    """The labels that find the pods of a part; nothing in them ever changes."""
    return {"app.kubernetes.io/name": name}


def labels_of(name: str) -> dict[str, str]:
    """Labels of every object of a part."""
    return labels_of_part(selector_of(name), "logging")
