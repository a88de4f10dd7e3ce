"""Outputs of Fluentd, of which the settings choose one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from components.logging.index_requests import COLLECTOR
from components.logging.names import ELASTICSEARCH, ELASTICSEARCH_PORT, LOGS, NAMESPACE, REFUSED

# The plugin's @id, a label of Fluentd's metrics, which the buffer's alert matches.
OUTPUT_ID = "output"
REFUSED_ID = "refused"
SECRETS_DIRECTORY = "/secrets"
AUTHORITY_FILE = "/authority/ca.crt"
# The tag of records that Elasticsearch rejected because it was overloaded: they go directly to the output
# again.
RETRY_TAG = "retry"
# The keys of a record's id: a line that is read twice has the same id. The time is in nanoseconds.
ID_KEYS = ("source", "time", "stream", "message", "unmatched_line")
ID_KEY = "log_id"


class OutputKind(StrEnum):
    """Destinations of logs."""

    ELASTICSEARCH = "elasticsearch"
    CLOUDWATCH = "cloudwatch"
    CLOUD_LOGGING = "cloudlogging"
    AZURE_MONITOR = "azuremonitor"


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output plugin's configuration."""

    kind: OutputKind
    lines: tuple[str, ...]
    """Parameters of the match section, without its buffer."""
    chunk_limit: str = "8M"
    """chunk_limit_size: the maximum size of a request."""
    port: int = 443
    """The destination's TCP port."""
    environment: Mapping[str, str] = field(default_factory=dict)


def elasticsearch_output() -> Output:
    """The output to Elasticsearch of this cluster. Secret `password`: that of the collector's user."""
    return Output(
        kind=OutputKind.ELASTICSEARCH,
        lines=_elasticsearch(LOGS),
        port=ELASTICSEARCH_PORT,
    )


def _elasticsearch(prefix: str) -> tuple[str, ...]:
    return (
        "@type elasticsearch",
        f"host {ELASTICSEARCH}.{NAMESPACE}.svc",
        f"port {ELASTICSEARCH_PORT}",
        "scheme https",
        f"ca_file {AUTHORITY_FILE}",
        f"user {COLLECTOR}",
        f"password {_secret('password')}",
        # Fluentd must start while Elasticsearch is unavailable: it would otherwise miss logs before their
        # rotation.
        "verify_es_version_at_startup false",
        "default_elasticsearch_version 9",
        "suppress_type_name true",
        # Connect to the Service only: the nodes' addresses are not in the certificate.
        "reload_connections false",
        "reload_on_failure false",
        "reconnect_on_error true",
        "request_timeout 60s",
        "logstash_format true",
        f"logstash_prefix {prefix}",
        # `create` returns 409 for an existing id: a record that is sent again is not duplicated.
        # The id stays in the record. If it were removed, a record that is retried because Elasticsearch was
        # overloaded would have no id, and be dropped silently.
        "write_operation create",
        f"id_key {ID_KEY}",
        "emit_error_for_missing_id true",
        f"retry_tag {RETRY_TAG}",
        # By default, records that an overloaded Elasticsearch rejects are discarded.
        "unrecoverable_error_types []",
        "log_es_400_reason true",
    )


def refused_lines() -> tuple[str, ...]:
    """Parameters of the match section for records that Elasticsearch rejects: a separate index."""
    return _elasticsearch(REFUSED)


def cloudwatch_output(*, region: str, group: str, access_key_id: str) -> Output:
    """Amazon CloudWatch Logs: one stream for each node. Secret `password`: the secret access key."""
    return Output(
        kind=OutputKind.CLOUDWATCH,
        lines=(
            "@type cloudwatch_logs",
            f"region {region}",
            f"aws_key_id {access_key_id}",
            f"aws_sec_key {_secret('password')}",
            f"log_group_name {group}",
            "log_stream_name \"#{ENV['K8S_NODE_NAME']}\"",
            "auto_create_stream true",
            "json_handler yajl",
            # By default the plugin discards records after 17 retries.
            "put_log_events_disable_retry_limit true",
        ),
        # The limit of PutLogEvents is 1 MiB.
        chunk_limit="1M",
    )


def cloud_logging_output(*, project: str) -> Output:
    """Google Cloud Logging. Secret `password`: the key file (JSON) of a service account."""
    return Output(
        kind=OutputKind.CLOUD_LOGGING,
        lines=(
            "@type google_cloud",
            f"project_id {project}",
            # Machines outside of Google Cloud have no metadata server.
            "use_metadata_service false",
            "vm_id \"#{ENV['K8S_NODE_NAME']}\"",
            "zone none",
            "detect_json false",
        ),
        chunk_limit="5M",
        environment={"GOOGLE_APPLICATION_CREDENTIALS": f"{SECRETS_DIRECTORY}/password"},
    )


def azure_monitor_output(*, endpoint: str, rule: str, stream: str, tenant: str, client: str) -> Output:
    """Azure Monitor by its Logs Ingestion API. Secret `password`: the client secret of an application."""
    return Output(
        kind=OutputKind.AZURE_MONITOR,
        lines=(
            "@type azure_logs_ingestion",
            f"endpoint {endpoint}",
            f"dcr_immutable_id {rule}",
            f"stream_name {stream}",
            f"tenant_id {tenant}",
            f"client_id {client}",
            f"client_secret {_secret('password')}",
        ),
        # The limit of the API is 1 MB.
        chunk_limit="900K",
    )


def _secret(name: str) -> str:
    """An expression that reads a file when Fluentd starts, so that only a Secret contains the value."""
    return f"\"#{{File.read('{SECRETS_DIRECTORY}/{name}').strip}}\""
