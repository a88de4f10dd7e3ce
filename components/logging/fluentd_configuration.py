"""Fluentd's configuration: from the files of containers' logs to where they are kept, with none lost."""

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
# Of the node, the same inside the pod: where it is in each file, and what it has not sent yet.
STATE_DIRECTORY = "/var/lib/metalml/fluentd"
METRICS_PORT = 24231
FLUSH_SECONDS = 5
RETRY_MAX_SECONDS = 30
# Lines of one trace come together. A kill loses those that are being joined at this moment, and no others.
JOIN_SECONDS = 1
LANGUAGES = ("python", "java", "go", "js", "csharp", "ruby", "php")
# Of what Elasticsearch refuses: enough to see what is wrong.
REFUSED_LIMIT = "256M"

# As the CRI has it: time, stream, P (the line goes on) or F (it ends), the line.
CRI_LINE = r"/^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<message>.*)$/"
CRI_TIME = "%Y-%m-%dT%H:%M:%S.%N%:z"
# Of a tag that is made of the file's path; also of the file that was the current one before a rotation.
POD_OF_TAG = (
    r"var\.log\.pods\.(?<namespace>[^_]+)_(?<pod_name>[^_]+)_(?<pod_uuid>[a-z0-9-]+)"
    r"\.(?<container_name>.+)\.\d+\.log(\.\d{8}-\d{6})?$"
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of the configuration: `<name argument>` with lines and sections in it."""

    name: str
    argument: str = ""
    lines: Sequence[str] = ()
    sections: Sequence["Section"] = ()

    def text(self, depth: int = 0) -> str:
        """The section as Fluentd reads it."""
        indent = "  " * depth
        head = f"{self.name} {self.argument}".strip()
        body = "".join(f"{indent}  {line}\n" for line in self.lines)
        inner = "".join(section.text(depth + 1) for section in self.sections)
        return f"{indent}<{head}>\n{body}{inner}{indent}</{self.name}>\n"


def fluentd_configuration(output: Output, buffer_bytes: int) -> str:
    """fluent.conf: `buffer_bytes` is what lines that wait for the output may take of a node's disk."""
    to_elasticsearch = output.kind is OutputKind.ELASTICSEARCH
    identified = [_identified("logs", ID_KEYS)] if to_elasticsearch else []
    inside = [*_filters(), *identified, _match(output, buffer_bytes)]
    sections = [
        Section(
            name="system",
            # Chunks that cannot be read any more are kept below it, instead of thrown away.
            lines=[f"root_dir {STATE_DIRECTORY}"],
            sections=[Section(name="log", lines=["format json"])],
        ),
        *_metrics(),
        _source(),
        Section(name="label", argument="@CONTAINERS", sections=inside),
        Section(
            name="label", argument="@ERROR", sections=_refused() if to_elasticsearch else _shown_in_own_log()
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
            # With what the last rotation left: else one while nobody reads would lose the end of the file.
            f"path {PODS_DIRECTORY}/*/*/*.log,{PODS_DIRECTORY}/*/*/*.log.*",
            # Its own log would tell of its own lines for ever. Older files of rotations are compressed.
            f'exclude_path ["{PODS_DIRECTORY}/{NAMESPACE}_{FLUENTD}-*/*/*",'
            f' "{PODS_DIRECTORY}/*/*/*.gz", "{PODS_DIRECTORY}/*/*/*.tmp"]',
            f"pos_file {STATE_DIRECTORY}/containers.pos",
            "pos_file_compaction_interval 1h",
            # A file that was renamed is known again, and not read a second time.
            "follow_inodes true",
            "read_from_head true",
            "refresh_interval 5",
            "rotate_wait 60",
            # Inotify misses files that are renamed while it looks; the timer asks each second.
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
                    # It is part of the line's id, and an event's own time is cut to seconds there.
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
            # containerd cuts lines at 16 KiB.
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
            # Lines that belong to no trace go through at once.
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
                        # A file's name before its rotation: a line has one id, whenever it is read.
                        r'source ${record["source"].to_s.sub(/\.log\.[^\/]*\z/, ".log")}',
                        # Programs write what they like; no output takes what is no UTF-8.
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
            # A line that is no JSON stays as it is.
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
            # One buffer for all files: a chunk for each of them would be a request for each.
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
                    # Reading stops; what is not read waits in the containers' own files.
                    "overflow_action block",
                    "flush_mode interval",
                    f"flush_interval {FLUSH_SECONDS}s",
                    "flush_thread_count 2",
                    # It is on disk: the next one goes on from there, and a stop need not wait for the output.
                    "flush_at_shutdown false",
                    # With a limit of retries all chunks would be thrown away when it is reached.
                    "retry_forever true",
                    "retry_type exponential_backoff",
                    "retry_wait 1s",
                    f"retry_max_interval {RETRY_MAX_SECONDS}s",
                ],
            )
        ],
    )


def _refused() -> list[Section]:
    """What the output refuses for good goes to an index of its own, as one text; the reason is in the log."""
    return [
        Section(
            name="filter",
            argument="**",
            lines=["@type record_transformer", "enable_ruby true", "renew_record true"],
            sections=[
                # Those that come a second time are texts already.
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
                        # It must not hold up the lines that are well.
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


def _shown_in_own_log() -> list[Section]:
    """What a cloud's plugin refuses: in the log of Fluentd's own pod, of which the kubelet keeps 50 MB."""
    return [Section(name="match", argument="**", lines=["@type stdout"])]
