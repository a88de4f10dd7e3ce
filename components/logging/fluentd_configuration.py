"""Fluentd's configuration: from container log files to the output, with at-least-once delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.logging.fluentd_outputs import (
    ID_KEY,
    ID_KEYS,
    OUTPUT_ID,
    REFUSED_ID,
    RETRY_TAG,
    Output,
    OutputKind,
    refused_lines,
)
from components.logging.names import FLUENTD, NAMESPACE

PODS_DIRECTORY = "/var/log/pods"
# On the node, and the same path in the pod: position files and file buffers.
STATE_DIRECTORY = "/var/lib/metalml/fluentd"
METRICS_PORT = 24231
FLUSH_SECONDS = 5
RETRY_MAX_SECONDS = 30
# The flush interval for joining the lines of a stack trace. A SIGKILL loses only the lines being joined.
JOIN_SECONDS = 1
LANGUAGES = ("python", "java", "go", "js", "csharp", "ruby", "php")
# The buffer limit for rejected records: enough to find the cause.
REFUSED_LIMIT = "256M"

# The CRI log format: time, stream, tag P (partial line) or F (full line), content.
CRI_LINE = r"/^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<message>.*)$/"
CRI_TIME = "%Y-%m-%dT%H:%M:%S.%N%:z"
# Matches the tag, which is the file's path; also that of a rotated file.
POD_OF_TAG = (
    r"var\.log\.pods\.(?<namespace>[^_]+)_(?<pod_name>[^_]+)_(?<pod_uuid>[a-z0-9-]+)"
    r"\.(?<container_name>.+)\.\d+\.log(\.\d{8}-\d{6})?$"
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A directive of the configuration, `<name argument>`, with parameters and nested sections."""

    name: str
    argument: str = ""
    lines: Sequence[str] = ()
    sections: Sequence["Section"] = ()

    def text(self, depth: int = 0) -> str:
        """The section in Fluentd's syntax, indented by `depth` levels."""
        indent = "  " * depth
        head = f"{self.name} {self.argument}".strip()
        body = "".join(f"{indent}  {line}\n" for line in self.lines)
        inner = "".join(section.text(depth + 1) for section in self.sections)
        return f"{indent}<{head}>\n{body}{inner}{indent}</{self.name}>\n"


def fluentd_configuration(output: Output, buffer_bytes: int) -> str:
    """fluent.conf: `buffer_bytes` limits the output's file buffer on each node."""
    to_elasticsearch = output.kind is OutputKind.ELASTICSEARCH
    identified = [_identified("logs", ID_KEYS)] if to_elasticsearch else []
    inside = [*_filters(), *identified, _match(output, buffer_bytes)]
    sections = [
        Section(
            name="system",
            # Broken chunks are backed up below root_dir instead of discarded.
            lines=[f"root_dir {STATE_DIRECTORY}"],
            sections=[Section(name="log", lines=["format json"])],
        ),
        *_metrics(),
        _source(),
        Section(name="label", argument="@CONTAINERS", sections=inside),
        Section(
            name="label", argument="@ERROR", sections=_refused() if to_elasticsearch else _dump_to_own_log()
        ),
    ]
    return "\n".join(section.text() for section in sections)


def _metrics() -> list[Section]:
    return [
        Section(name="source", lines=["@type prometheus", "bind 0.0.0.0", f"port {METRICS_PORT}"]),
        Section(name="source", lines=["@type prometheus_output_monitor", "interval 10"]),
        Section(name="source", lines=["@type prometheus_tail_monitor", "interval 10"]),
    ]


def _source() -> Section:
    return Section(
        name="source",
        lines=[
            "@type tail",
            "@id containers",
            "@label @CONTAINERS",
            "tag raw.*",
            # Includes rotated files: a rotation while Fluentd is down would otherwise lose the end of the
            # file.
            f"path {PODS_DIRECTORY}/*/*/*.log,{PODS_DIRECTORY}/*/*/*.log.*",
            # Excludes Fluentd's own log, which would loop for ever, and older rotated files, which are
            # compressed.
            f'exclude_path ["{PODS_DIRECTORY}/{NAMESPACE}_{FLUENTD}-*/*/*",'
            f' "{PODS_DIRECTORY}/*/*/*.gz", "{PODS_DIRECTORY}/*/*/*.tmp"]',
            f"pos_file {STATE_DIRECTORY}/containers.pos",
            "pos_file_compaction_interval 1h",
            # Tracks rotated files by inode, so that they are not read twice.
            "follow_inodes true",
            "read_from_head true",
            "refresh_interval 5",
            "rotate_wait 60",
            # inotify misses files that are renamed meanwhile; the watch timer checks each second.
            "enable_stat_watcher false",
            "path_key source",
            "emit_unmatched_lines true",
        ],
        sections=[
            Section(
                name="parse",
                lines=[
                    "@type regexp",
                    f"expression {CRI_LINE}",
                    "time_key time",
                    f"time_format {CRI_TIME}",
                    # Part of the record's id, where the event time would be truncated to seconds.
                    "keep_time_key true",
                ],
            )
        ],
    )


def _filters() -> list[Section]:
    pods = "var.log.pods.**"
    return [
        Section(
            name="filter",
            argument="raw.**",
            # containerd splits lines at 16 KiB into partial lines.
            lines=[
                "@type concat",
                "key message",
                "use_partial_cri_logtag true",
                "partial_cri_logtag_key logtag",
                "partial_cri_stream_key stream",
                'separator ""',
            ],
        ),
        Section(
            name="match",
            argument="raw.**",
            # Lines outside of stack traces pass immediately.
            lines=[
                "@type detect_exceptions",
                "remove_tag_prefix raw",
                "message message",
                "stream stream",
                f"languages {', '.join(LANGUAGES)}",
                f"multiline_flush_interval {JOIN_SECONDS}",
            ],
        ),
        Section(
            name="filter",
            argument=pods,
            lines=["@type record_transformer", "enable_ruby true", "remove_keys logtag"],
            sections=[
                Section(
                    name="record",
                    lines=[
                        # The file name before rotation, so that a line has the same id whenever it is read.
                        r'source ${record["source"].to_s.sub(/\.log\.[^\/]*\z/, ".log")}',
                        # Containers may log any bytes; all outputs require UTF-8.
                        'message ${record["message"].to_s.dup.force_encoding("UTF-8").scrub("?")}',
                    ],
                )
            ],
        ),
        Section(
            name="filter",
            argument=pods,
            lines=[
                "@type kubernetes_metadata",
                f"tag_to_kubernetes_name_regexp {POD_OF_TAG}",
                "skip_namespace_metadata true",
                "skip_master_url true",
            ],
        ),
        Section(
            name="filter",
            argument=pods,
            # A line that is not JSON stays as it is.
            lines=[
                "@type parser",
                "key_name message",
                "reserve_data true",
                "reserve_time true",
                "hash_value_field data",
                "emit_invalid_record_to_error false",
            ],
            sections=[Section(name="parse", lines=["@type json"])],
        ),
        Section(
            name="match",
            argument=pods,
            # One tag, so one buffer chunk for all files: a chunk per file would need a request per file.
            lines=["@type rewrite_tag_filter"],
            sections=[Section(name="rule", lines=["key source", "pattern /./", "tag logs"])],
        ),
    ]


def _identified(tag: str, keys: Sequence[str]) -> Section:
    return Section(
        name="filter",
        argument=tag,
        lines=[
            "@type elasticsearch_genid",
            f"hash_id_key {ID_KEY}",
            "use_record_as_seed true",
            f"record_keys {', '.join(keys)}",
            "hash_type sha256",
        ],
    )


def _match(output: Output, buffer_bytes: int) -> Section:
    return Section(
        name="match",
        argument=f"logs {RETRY_TAG}",
        lines=[f"@id {OUTPUT_ID}", *output.lines],
        sections=[
            Section(
                name="buffer",
                argument="tag",
                lines=[
                    "@type file",
                    f"path {STATE_DIRECTORY}/{OUTPUT_ID}",
                    f"chunk_limit_size {output.chunk_limit}",
                    f"total_limit_size {buffer_bytes}",
                    # Stops tailing; unread lines wait in the container log files.
                    "overflow_action block",
                    "flush_mode interval",
                    f"flush_interval {FLUSH_SECONDS}s",
                    "flush_thread_count 2",
                    # Chunks are on disk, and are resumed after a restart: a stop need not wait for the
                    # output.
                    "flush_at_shutdown false",
                    # At a retry limit, Fluentd would discard all chunks.
                    "retry_forever true",
                    "retry_type exponential_backoff",
                    "retry_wait 1s",
                    f"retry_max_interval {RETRY_MAX_SECONDS}s",
                ],
            )
        ],
    )


def _refused() -> list[Section]:
    """Records that the output rejects permanently go to their own index, as text; Fluentd logs why."""
    return [
        Section(
            name="filter",
            argument="**",
            lines=["@type record_transformer", "enable_ruby true", "renew_record true"],
            sections=[
                # Records that are rejected again are already text.
                Section(name="record", lines=['record ${record["record"] || record.to_json}'])
            ],
        ),
        _identified("**", ["record"]),
        Section(
            name="match",
            argument="**",
            lines=[f"@id {REFUSED_ID}", *refused_lines()],
            sections=[
                Section(
                    name="buffer",
                    argument="tag",
                    lines=[
                        "@type file",
                        f"path {STATE_DIRECTORY}/{REFUSED_ID}",
                        f"total_limit_size {REFUSED_LIMIT}",
                        # Must not block valid records.
                        "overflow_action drop_oldest_chunk",
                        f"flush_interval {FLUSH_SECONDS}s",
                        "flush_at_shutdown false",
                        "retry_forever true",
                        f"retry_max_interval {RETRY_MAX_SECONDS}s",
                    ],
                )
            ],
        ),
    ]


def _dump_to_own_log() -> list[Section]:
    """Records that a cloud plugin rejects go to the log of Fluentd's pod; the kubelet keeps 50 MB of it."""
    return [Section(name="match", argument="**", lines=["@type stdout"])]
