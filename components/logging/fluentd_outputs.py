"""Where Fluentd brings logs: the one part of its configuration that a setting chooses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from components.logging.index_requests import COLLECTOR
from components.logging.names import ELASTICSEARCH, ELASTICSEARCH_PORT, LOGS, NAMESPACE, REFUSED

# What the buffer and its alert are called by in Fluentd's metrics.
OUTPUT_ID = "output"
REFUSED_ID = "refused"
SECRETS_DIRECTORY = "/secrets"
AUTHORITY_FILE = "/authority/ca.crt"
# Lines that come back because Elasticsearch was too busy for some of a request: straight to the output again.
RETRY_TAG = "retry"
# What takes part in a line's id. Read twice, a line has the same one; the time is in nanoseconds.
ID_KEYS = ("source", "time", "stream", "message", "unmatched_line")
ID_KEY = "log_id"


class OutputKind(StrEnum):
    """Who keeps the logs."""

    ELASTICSEARCH = "elasticsearch"
    CLOUDWATCH = "cloudwatch"
    CLOUD_LOGGING = "cloudlogging"
    AZURE_MONITOR = "azuremonitor"


@dataclass(frozen=True, kw_only=True)
class Output:
    """A destination, as Fluentd's configuration has it."""

    kind: OutputKind
    lines: tuple[str, ...]
    """Of the match section, without its buffer."""
    chunk_limit: str = "8M"
    """The most that is sent at once."""
    port: int = 443
    """TCP, that it is asked at."""
    environment: Mapping[str, str] = field(default_factory=dict)


def elasticsearch_output() -> Output:
    """Elasticsearch of this cluster."""
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
        # A Fluentd that cannot start while Elasticsearch is away does not read logs while they are there.
        "verify_es_version_at_startup false",
        "default_elasticsearch_version 9",
        "suppress_type_name true",
        # The Service is the only address: nodes' own are not in the certificate.
        "reload_connections false",
        "reload_on_failure false",
        "reconnect_on_error true",
        "request_timeout 60s",
        "logstash_format true",
        f"logstash_prefix {prefix}",
        # `create` answers 409 to an id that is there already: a line that is sent again is no second one.
        # The id stays in the line. Taken out, a line that is sent again because Elasticsearch was busy would
        # have none, and be dropped without a word.
        "write_operation create",
        f"id_key {ID_KEY}",
        "emit_error_for_missing_id true",
        f"retry_tag {RETRY_TAG}",
        # By default, what a full Elasticsearch turns down is thrown away.
        "unrecoverable_error_types []",
        "log_es_400_reason true",
    )


def refused_lines() -> tuple[str, ...]:
    """The match section for what Elasticsearch refuses for good, as an index of its own."""
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
            # By default it gives up after 17 retries and throws away what it could not send.
            "put_log_events_disable_retry_limit true",
        ),
        # PutLogEvents takes 1 MiB.
        chunk_limit="1M",
    )


def cloud_logging_output(*, project: str) -> Output:
    """Google Cloud Logging. Secret `password`: the key file (JSON) of a service account."""
    return Output(
        kind=OutputKind.CLOUD_LOGGING,
        lines=(
            "@type google_cloud",
            f"project_id {project}",
            # These machines are not Google's: there is no metadata server to ask.
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
        # The API takes 1 MB.
        chunk_limit="900K",
    )


def _secret(name: str) -> str:
    """The content of a file, read when Fluentd starts: it is in no object but a Secret."""
    return f"\"#{{File.read('{SECRETS_DIRECTORY}/{name}').strip}}\""
