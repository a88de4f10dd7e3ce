"""What Elasticsearch is asked for before the first log: how logs are indexed, how long they stay, who may."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.logging.names import LIFECYCLE, LOGS, REFUSED, SNAPSHOTS
from components.logging.schema import structured_mapping
from settings.logging import SnapshotSettings

COLLECTOR_ROLE = "metalml_collector"
COLLECTOR = "fluentd"
# Above the templates that Elasticsearch brings itself, which have at most 200.
PRIORITY = 500
# At night by UTC; all of yesterday is there.
SNAPSHOT_SCHEDULE = "0 30 1 * * ?"
# So few that a mistake in the retention does not leave none.
LEAST_SNAPSHOTS = 5


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of Elasticsearch's API. Made again, it changes nothing."""

    method: str
    path: str
    body: str
    """Name of the file with the body; below `secret/` those that hold passwords."""


def setup_requests(
    *, days: int, copies: int, snapshots: SnapshotSettings | None
) -> tuple[list[Request], dict[str, Any]]:
    """The calls in their order, and the bodies that hold no secret, by the files' names.

    `days` is how long logs stay, `copies` how many there are of each shard besides the first.
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
    # The lifecycle may wait for snapshots, and the templates name the lifecycle.
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
    """The files that scripts/call-api.sh reads: the list of calls, and their bodies."""
    lines = "".join(f"{call.method} {call.path} {call.body}\n" for call in calls)
    return {"requests.txt": lines} | {
        name: f"{json.dumps(body, indent=2)}\n" for name, body in bodies.items()
    }


def lifecycle(days: int, *, snapshots: bool) -> dict[str, Any]:
    """Indices end `days` after the day in their name; with snapshots not before they are in one."""
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
        # Nobody looks for lines of the last second here, and each refresh costs.
        "refresh_interval": "10s",
        "mapping.ignore_malformed": True,
        # By the day in the name: what a collector brings late ends with its own day.
        "lifecycle": {"name": LIFECYCLE, "parse_origination_date": True},
    }


def logs_template(copies: int) -> dict[str, Any]:
    """How a line is indexed. Only fields that are named are searched: no line can add to the mapping.

    Indices are by day, not rolled over by size: a line that is sent twice, even days later, is sent to the
    same index under the same id, so it is there once.
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
                    # CRI tells nanoseconds; lines of one pod stay in their order.
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
                            # Anybody's labels, with dots in their names, as one field.
                            "labels": {"type": "flattened"},
                        },
                    },
                },
            },
        },
    }


def refused_template(copies: int) -> dict[str, Any]:
    """How a refused line is kept: whole, as one text, so that nothing in it can be refused again."""
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
    """Write new lines and make the day's index. It can neither read nor delete what is there."""
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
