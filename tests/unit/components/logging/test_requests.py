"""What Elasticsearch and Kibana are told."""

import json
from pathlib import Path

from components.logging.elasticsearch_configuration import elasticsearch_configuration, heap_mebibytes
from components.logging.index_requests import lifecycle, request_files, setup_requests
from components.logging.kibana_configuration import SearchedModel, data_views, model_searches
from components.logging.schema import FIELDS
from settings.logging import SnapshotSettings
from settings.quantities import quantity_value

SNAPSHOTS = SnapshotSettings(endpoint="https://s3.example.com", bucket="logs", prefix="prod", days=90)


def paths(snapshots: SnapshotSettings | None = None) -> list[str]:
    calls, _ = setup_requests(days=14, copies=1, snapshots=snapshots)
    return [call.path for call in calls]


def test_every_call_has_its_body_and_every_body_its_call() -> None:
    calls, bodies = setup_requests(days=14, copies=1, snapshots=SNAPSHOTS)
    open_bodies = {call.body for call in calls if not call.body.startswith("secret/")}
    assert open_bodies == set(bodies)
    files = request_files(calls, bodies)
    assert files["requests.txt"].splitlines() == [f"{one.method} {one.path} {one.body}" for one in calls]
    assert all(json.loads(text) for name, text in files.items() if name.endswith(".json"))


def test_nothing_is_named_before_it_is_there() -> None:
    order = paths(SNAPSHOTS)
    for first, second in (
        ("/_security/role/metalml_collector", "/_security/user/fluentd"),
        ("/_snapshot/metalml", "/_slm/policy/metalml"),
        ("/_slm/policy/metalml", "/_ilm/policy/metalml-logs"),
        ("/_ilm/policy/metalml-logs", "/_index_template/metalml-logs"),
    ):
        assert order.index(first) < order.index(second)
    assert not any("snapshot" in path or "slm" in path for path in paths())


def test_logs_end_by_age_and_with_snapshots_not_before_they_are_in_one() -> None:
    delete = lifecycle(14, snapshots=True)["policy"]["phases"]["delete"]
    assert delete == {"min_age": "14d", "actions": {"wait_for_snapshot": {"policy": "metalml"}, "delete": {}}}
    assert "wait_for_snapshot" not in str(lifecycle(14, snapshots=False))
    _, bodies = setup_requests(days=14, copies=1, snapshots=None)
    for name in ("logs-template.json", "refused-template.json"):
        settings = bodies[name]["template"]["settings"]["index"]
        assert settings["lifecycle"] == {"name": "metalml-logs", "parse_origination_date": True}


def test_no_programs_lines_can_add_to_the_mapping() -> None:
    _, bodies = setup_requests(days=14, copies=1, snapshots=None)
    mapping = bodies["logs-template.json"]["template"]["mappings"]
    data = mapping["properties"]["data"]
    assert mapping["dynamic"] is data["dynamic"] is mapping["properties"]["kubernetes"]["dynamic"] is False
    assert set(data["properties"]) == set(FIELDS)


def test_the_schema_that_is_told_is_the_one_that_is_indexed() -> None:
    page = (Path(__file__).parents[4] / "docs/logging.md").read_text()
    for name, (kind, meaning) in FIELDS.items():
        assert f"| `{name}` | {kind} | {meaning} |" in page


def test_java_gets_half_of_the_memory_and_no_more_than_it_can_use() -> None:
    assert heap_mebibytes(quantity_value("4Gi")) == 2048
    assert heap_mebibytes(quantity_value("128Gi")) == 31 * 1024


def test_a_cluster_that_grows_is_still_begun_by_its_first_three() -> None:
    for replicas, masters in (
        (1, "[elasticsearch-0]"),
        (5, "[elasticsearch-0, elasticsearch-1, elasticsearch-2]"),
    ):
        assert f"cluster.initial_master_nodes: {masters}" in elasticsearch_configuration(replicas)


def test_a_search_finds_the_pods_of_all_tracks_of_its_model() -> None:
    views = [json.loads(line)["id"] for line in data_views().splitlines()]
    model = SearchedModel(namespace="ml", name="resnet", deployments=["resnet-blue", "resnet-green"])
    (found,) = map(json.loads, model_searches([model]).splitlines())
    source = json.loads(found["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    assert source["query"]["query"] == (
        'kubernetes.namespace_name: "ml" and kubernetes.labels.app.kubernetes.io/instance:'
        ' ("resnet-blue" or "resnet-green")'
    )
    assert found["references"][0]["id"] in views
    assert found["references"][0]["name"] == source["indexRefName"]
