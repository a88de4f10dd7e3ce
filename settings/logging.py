"""Where the logs of all containers go, and how many of them are kept."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from settings.base import Model, wrong
from settings.fields import Label, Quantity, Size, Text
from settings.files import Bucket, Endpoint, Prefix
from settings.volumes import VolumeSettings

# What an output is that does not say its kind.
DEFAULT_OUTPUT = "elasticsearch"
# Amazon's and Google's own rules.
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
LOG_GROUP = re.compile(r"[A-Za-z0-9_/.#-]{1,512}")
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
# Of Azure: what stands in its portal.
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RULE = re.compile(r"dcr-[0-9a-f]{32}")
STREAM = re.compile(r"Custom-[A-Za-z0-9_]{1,80}")
ACCESS_KEY = re.compile(r"[A-Z0-9]{16,128}")


def _like(pattern: re.Pattern[str], allowed: str) -> BeforeValidator:
    def check(value: Any) -> str:
        # They become words of Fluentd's configuration, where a space or a # would end them.
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise wrong(allowed)
        return value

    return BeforeValidator(check)


class LogVolumeSettings(VolumeSettings):
    """The disk of one Elasticsearch node."""

    size: Size = "50Gi"
    """Size of the disk. It cannot be edited alone once it is there: docs/logging.md."""


class LogRetentionSettings(Model):
    """When logs end: at the age or at the size, whichever comes first."""

    days: Annotated[int, Field(ge=1, le=3650)] = 14
    """Days that logs are kept."""

    size: Quantity | None = None
    """Size of all logs with their copies, on all nodes together; at most 85 % of the volumes.

    `null`: 80 % of the volumes.
    """


class SnapshotSettings(Model):
    """Copies of the logs in an S3-compatible store, each night.

    Needs `s3AccessKeyId` and `s3SecretAccessKey`.
    """

    endpoint: Endpoint
    """Address of the store."""

    region: Text = "us-east-1"
    """Region of the bucket. The default is what S3 signs with where a store has no regions."""

    bucket: Bucket
    """The bucket."""

    prefix: Prefix = "logs"
    """Folder in the bucket."""

    days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that a copy is kept."""


class ElasticsearchSettings(Model):
    """Elasticsearch in this cluster, and Kibana to look at it."""

    kind: Literal["elasticsearch"] = "elasticsearch"
    """Says that logs stay in this cluster."""

    replicas: Annotated[int, Field(ge=1, le=50)] = 3
    """Nodes of Elasticsearch.

    1 stops with its machine, with 3 one may be away; 2 is refused, since neither may go on alone.
    """

    cpu: Quantity = "1"
    """CPU of each node."""

    memory: Quantity = "4Gi"
    """Memory of each node, 2Gi or more; Java gets half of it."""

    volume: LogVolumeSettings = LogVolumeSettings()
    """The disk of each node."""

    retention: LogRetentionSettings = LogRetentionSettings()
    """How long logs are kept."""

    snapshots: SnapshotSettings | None = None
    """Copies elsewhere. `null`: there are none, and what all disks with a line lose is lost."""

    kibana_replicas: Annotated[int, Field(ge=1, le=10)] = 1
    """Pods of Kibana."""


class CloudWatchSettings(Model):
    """Amazon CloudWatch Logs."""

    kind: Literal["cloudwatch"]
    """Says that logs go to CloudWatch."""

    region: Annotated[str, _like(REGION, "an AWS region, such as eu-central-1")]
    """Region of the log group."""

    group: Annotated[str, _like(LOG_GROUP, "a name of a log group, such as /metalml/prod")]
    """The log group."""

    access_key_id: Annotated[str, _like(ACCESS_KEY, "an access key id: 16 or more of A-Z 0-9")]
    """Who writes."""

    secret: Label
    """Name in `metalml:secrets` of the secret access key."""


class CloudLoggingSettings(Model):
    """Google Cloud Logging."""

    kind: Literal["cloudlogging"]
    """Says that logs go to Google Cloud.

    `metalml:images` has to name `fluentd-cloudlogging`, which nobody publishes.
    """

    project: Annotated[str, _like(PROJECT, "a project id: 6 to 30 of a-z 0-9 -")]
    """The project."""

    secret: Label
    """Name in `metalml:secrets` of a service account's key file (JSON)."""


class AzureMonitorSettings(Model):
    """Azure Monitor, by its Logs Ingestion API."""

    kind: Literal["azuremonitor"]
    """Says that logs go to Azure.

    `metalml:images` has to name `fluentd-azuremonitor`, which nobody publishes.
    """

    endpoint: Endpoint
    """Address of the data collection endpoint or rule."""

    rule: Annotated[str, _like(RULE, "the immutable id of a data collection rule: dcr- and 32 of 0-9 a-f")]
    """The rule, which maps `time` to `TimeGenerated`."""

    stream: Annotated[str, _like(STREAM, "a stream of the rule, such as Custom-Logs_CL")]
    """The stream of the rule that takes the lines."""

    tenant: Annotated[str, _like(GUID, "a tenant's id: a GUID")]
    """The tenant."""

    client: Annotated[str, _like(GUID, "an application's id: a GUID")]
    """The application that writes."""

    secret: Label
    """Name in `metalml:secrets` of the application's secret."""


def _kind(value: Any) -> str | None:
    kind = value.get("kind", DEFAULT_OUTPUT) if isinstance(value, Mapping) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


LogOutputSettings = Annotated[
    Annotated[ElasticsearchSettings, Tag("elasticsearch")]
    | Annotated[CloudWatchSettings, Tag("cloudwatch")]
    | Annotated[CloudLoggingSettings, Tag("cloudlogging")]
    | Annotated[AzureMonitorSettings, Tag("azuremonitor")],
    Discriminator(_kind),
]


class LoggingSettings(Model):
    """Fluentd on every node, and where it brings the logs."""

    output: LogOutputSettings = ElasticsearchSettings()
    """Where logs go."""

    buffer: Quantity = "4Gi"
    """Part of each node's disk that keeps lines while the output does not take them, 64Mi or more.

    When it is full the containers' own files keep what comes, as long as they last.
    """
