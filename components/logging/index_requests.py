"""API requests that set up Elasticsearch: index templates, lifecycle policy, snapshots, roles and users."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.logging.names import LIFECYCLE, LOGS, REFUSED, SNAPSHOTS
from components.logging.schema import structured_mapping
from settings.logging import SnapshotSettings

COLLECTOR_ROLE = "metalml_collector"
COLLECTOR = "fluentd"
# Above that of Elasticsearch's built-in index templates, which is at most 200.
PRIORITY = 500
# At night in UTC, after the end of the previous day.
SNAPSHOT_SCHEDULE = "0 30 1 * * ?"
# min_count: a mistake in the retention must not delete all snapshots.
LEAST_SNAPSHOTS = 5


@dataclass(frozen=True, kw_only=True)
class Request:
    """An idempotent request to Elasticsearch's API."""

    method: str
    path: str
    body: str
    """File name of the body; below `secret/` if it contains a password."""


def setup_requests(
    *, days: int, copies: int, snapshots: SnapshotSettings | None
) -> tuple[list[Request], dict[str, Any]]:
    """The requests in order, and the bodies without secrets, by file name.

    `days` is the retention of logs, `copies` the number of replica shards.
    """
    calls = [
        _put("/_security/user/kibana_system/_password", "secret/kibana-system.json"),
        _put(f"/_security/role/{COLLECTOR_ROLE}", "collector-role.json"),
        _put(f"/_security/user/{COLLECTOR}", "secret/collector.json"),
    ]
    bodies: dict[str, Any] = {"collector-role.json": _collector_role()}
    if snapshots is not None:
        calls += [
            _put(f"/_snapshot/{SNAPSHOTS}", "repository.json"),
            _put(f"/_slm/policy/{SNAPSHOTS}", "snapshots.json"),
        ]
        bodies |= {"repository.json": _repository(snapshots), "snapshots.json": _schedule(snapshots)}
    # In this order: the lifecycle policy may refer to the snapshot policy, the templates refer to the
    # lifecycle policy.
    calls += [
        _put(f"/_ilm/policy/{LIFECYCLE}", "lifecycle.json"),
        _put(f"/_index_template/metalml-{LOGS}", "logs-template.json"),
        _put(f"/_index_template/metalml-{REFUSED}", "refused-template.json"),
    ]
    bodies |= {
        "lifecycle.json": lifecycle(days, snapshots=snapshots is not None),
        "logs-template.json": logs_template(copies),
        "refused-template.json": refused_template(copies),
    }
    return calls, bodies


def _put(path: str, body: str) -> Request:
    return Request(method="PUT", path=path, body=body)


def request_files(calls: list[Request], bodies: Mapping[str, Any]) -> dict[str, str]:
    """The files that scripts/call-api.sh reads: the list of requests, and their bodies."""
    lines = "".join(f"{call.method} {call.path} {call.body}\n" for call in calls)
    return {"requests.txt": lines} | {
        name: f"{json.dumps(body, indent=2)}\n" for name, body in bodies.items()
    }


def lifecycle(days: int, *, snapshots: bool) -> dict[str, Any]:
    """Lifecycle policy: delete indices `days` after the date in their name; with snapshots, after one."""
    wait = {"wait_for_snapshot": {"policy": SNAPSHOTS}} if snapshots else {}
    return {
        "policy": {
            "phases": {
                "hot": {"actions": {}},
                "delete": {"min_age": f"{days}d", "actions": {**wait, "delete": {}}},
            }
        }
    }


def _settings(copies: int) -> dict[str, Any]:
    return {
        "number_of_replicas": copies,
        "codec": "best_compression",
        # Refreshes are expensive, and searches need not find records of the last seconds.
        "refresh_interval": "10s",
        "mapping.ignore_malformed": True,
        # The age counts from the date in the name: records that arrive late are deleted with their day.
        "lifecycle": {"name": LIFECYCLE, "parse_origination_date": True},
    }


def logs_template(copies: int) -> dict[str, Any]:
    """The index template of logs. No dynamic mapping: only declared fields are searchable.

    Indices are daily, without rollover by size: a record that is sent twice, even days later, goes to the
    same index with the same id, so it is stored once.
    """
    keyword = {"type": "keyword"}
    return {
        "index_patterns": [f"{LOGS}-*"],
        "priority": PRIORITY,
        "template": {
            "settings": {"index": _settings(copies)},
            "mappings": {
                "dynamic": False,
                "properties": {
                    # CRI timestamps have nanoseconds, which keep the order of a pod's lines.
                    "@timestamp": {"type": "date_nanos"},
                    "message": {"type": "text"},
                    "stream": keyword,
                    "source": keyword,
                    "data": structured_mapping(),
                    "kubernetes": {
                        "type": "object",
                        "dynamic": False,
                        "properties": {
                            **dict.fromkeys(
                                ("namespace_name", "pod_name", "container_name", "host"), keyword
                            ),
                            # Arbitrary labels, with dots in their keys, as one field.
                            "labels": {"type": "flattened"},
                        },
                    },
                },
            },
        },
    }


def refused_template(copies: int) -> dict[str, Any]:
    """The index template of rejected records: one text field each, so that none is rejected again."""
    return {
        "index_patterns": [f"{REFUSED}-*"],
        "priority": PRIORITY,
        "template": {
            "settings": {"index": _settings(copies)},
            "mappings": {
                "dynamic": False,
                "properties": {"@timestamp": {"type": "date_nanos"}, "record": {"type": "text"}},
            },
        },
    }


def _collector_role() -> dict[str, Any]:
    """Privileges to create documents and daily indices, but not to read or delete."""
    return {
        "cluster": ["monitor"],
        "indices": [
            {"names": [f"{LOGS}-*", f"{REFUSED}-*"], "privileges": ["create_doc", "create_index"]},
        ],
    }


def _repository(snapshots: SnapshotSettings) -> dict[str, Any]:
    return {"type": "s3", "settings": {"bucket": snapshots.bucket, "base_path": snapshots.prefix}}


def _schedule(snapshots: SnapshotSettings) -> dict[str, Any]:
    return {
        "schedule": SNAPSHOT_SCHEDULE,
        "name": "<logs-{now/d}>",
        "repository": SNAPSHOTS,
        "config": {"indices": [f"{LOGS}-*", f"{REFUSED}-*"], "include_global_state": False},
        "retention": {"expire_after": f"{snapshots.days}d", "min_count": LEAST_SNAPSHOTS},
    }
