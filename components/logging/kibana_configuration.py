"""Kibana's configuration files and saved objects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.logging.names import ELASTICSEARCH_URL, KIBANA_PORT, KIBANA_URL, LOGS, REFUSED

# Fixed ids, so that saved searches refer to their data view after every import.
LOGS_VIEW = "metalml-logs"
REFUSED_VIEW = "metalml-refused"
COLUMNS = ("data.request_id", "data.version", "data.latency_ms", "message")


@dataclass(frozen=True, kw_only=True)
class SearchedModel:
    """A model with a saved search for its logs."""

    namespace: str
    name: str
    deployments: Sequence[str]
    """One, or one per track of its rollout."""


def kibana_configuration(certificate_directory: str, authority: str, data_directory: str) -> str:
    """kibana.yml, without secrets (see `kibana_secrets`)."""
    return f"""\
server.host: 0.0.0.0
server.port: {KIBANA_PORT}
server.publicBaseUrl: {KIBANA_URL}
server.ssl.enabled: true
server.ssl.certificate: {certificate_directory}/tls.crt
server.ssl.key: {certificate_directory}/tls.key
elasticsearch.hosts: [{ELASTICSEARCH_URL}]
elasticsearch.username: kibana_system
elasticsearch.ssl.certificateAuthorities: [{authority}]
path.data: {data_directory}
telemetry.optIn: false
"""


def kibana_secrets(password: str, key: str) -> str:
    """The second configuration file: the password of kibana_system, and Kibana's encryption key."""
    return f"""\
elasticsearch.password: {password}
xpack.encryptedSavedObjects.encryptionKey: {key}
xpack.reporting.encryptionKey: {key}
xpack.security.encryptionKey: {key}
"""


def data_views() -> str:
    """NDJSON of the two data views: logs, and rejected records."""
    return _ndjson(
        _data_view(LOGS_VIEW, f"{LOGS}-*", "Logs"), _data_view(REFUSED_VIEW, f"{REFUSED}-*", "Refused logs")
    )


def model_searches(models: Sequence[SearchedModel]) -> str:
    """NDJSON of one saved search per model: the logs of its pods, newest first."""
    return _ndjson(*(_search(model) for model in models))


def _data_view(view: str, pattern: str, name: str) -> dict[str, Any]:
    return {
        "id": view,
        "type": "index-pattern",
        "attributes": {"title": pattern, "name": name, "timeFieldName": "@timestamp"},
        "references": [],
    }


def _search(model: SearchedModel) -> dict[str, Any]:
    label = "kubernetes.labels.app.kubernetes.io/instance"
    pods = " or ".join(f'"{deployment}"' for deployment in model.deployments)
    query = f'kubernetes.namespace_name: "{model.namespace}" and {label}: ({pods})'
    reference = "kibanaSavedObjectMeta.searchSourceJSON.index"
    source = {
        "query": {"query": query, "language": "kuery"},
        "filter": [],
        "indexRefName": reference,
    }
    return {
        "id": f"metalml-model-{model.namespace}-{model.name}",
        "type": "search",
        "attributes": {
            "title": f"Model {model.name} ({model.namespace})",
            "description": "What the model's pods wrote.",
            "columns": list(COLUMNS),
            "sort": [["@timestamp", "desc"]],
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        },
        "references": [{"id": LOGS_VIEW, "name": reference, "type": "index-pattern"}],
    }


def _ndjson(*objects: Mapping[str, Any]) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in objects)
