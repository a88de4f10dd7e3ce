"""What an update sends of fields that are to stay as they are."""

import pytest

from local.plugins.kubernetes.yielding import yielding


def live(spec, ours, theirs):
    managed = [
        {"manager": "us", "operation": "Apply", "fieldsV1": {"f:spec": ours}},
        {"manager": "them", "operation": "Update", "fieldsV1": {"f:spec": theirs}},
        # Only what was applied under our name is ours.
        {"manager": "us", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
    ]
    return {"metadata": {"managedFields": managed}, "spec": spec}


def sent(spec, ignored, there, kind="Deployment"):
    inputs = {"apiVersion": "apps/v1", "kind": kind, "spec": spec}
    return yielding(inputs, there, ignored, "us")["spec"]


def test_an_ignored_field_is_sent_as_it_is_while_it_is_ours_and_not_once_it_is_theirs():
    spec = {"replicas": 1, "paused": False}
    ours = live({"replicas": 3}, {"f:replicas": {}}, {})
    both = live({"replicas": 3}, {"f:replicas": {}}, {"f:replicas": {}})
    theirs = live({"replicas": 3}, {"f:paused": {}}, {"f:replicas": {}})
    assert sent(spec, ["spec.replicas"], ours) == {"replicas": 3, "paused": False}
    assert sent(spec, ["spec.replicas"], both) == {"replicas": 3, "paused": False}
    assert sent(spec, ["spec.replicas"], theirs) == {"paused": False}


def test_an_ignored_field_that_is_not_there_is_made():
    assert sent({"replicas": 1}, ["spec.replicas"], live({}, {}, {})) == {"replicas": 1}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_replicas_that_nobody_sets_any_more_stay_where_the_kind_has_any(kind):
    there = live({"replicas": 3}, {"f:replicas": {}}, {})
    assert sent({"paused": True}, [], there, kind) == {
        "paused": True,
        **({} if kind == "DaemonSet" else {"replicas": 3}),
    }


def test_below_an_ignored_map_each_key_has_its_own_owner():
    there = live(
        {"labels": {"ours": "live", "theirs": "live"}},
        {"f:labels": {".": {}, "f:ours": {}}},
        {"f:labels": {"f:theirs": {}}},
    )
    spec = {"labels": {"ours": "a", "theirs": "a"}}
    assert sent(spec, ["spec.labels"], there) == {"labels": {"ours": "live"}}


def test_items_of_a_list_are_found_by_their_keys():
    port = '{"containerPort":80,"protocol":"TCP"}'
    there = live(
        {"ports": [{"containerPort": 1}, {"containerPort": 80, "protocol": "TCP", "name": "live"}]},
        {"f:ports": {f"k:{port}": {".": {}, "f:containerPort": {}}}},
        {"f:ports": {f"k:{port}": {"f:name": {}}}},
    )
    spec = {"ports": [{"containerPort": 80, "name": "mine"}]}
    for ignored in ("spec.ports[0].name", "spec.ports[*].name"):
        assert sent(spec, [ignored], there) == {"ports": [{"containerPort": 80}]}


def test_a_list_that_has_one_owner_is_left_out_whole_or_sent_whole():
    spec = {"args": ["--a=1", "--b=1"]}
    ours = live({"args": ["--a=9", "--b=9"]}, {"f:args": {}}, {})
    theirs = live({"args": ["--a=9", "--b=9"]}, {"f:other": {}}, {"f:args": {}})
    assert sent(spec, ["spec.args[0]"], ours) == {"args": ["--a=9", "--b=1"]}
    assert sent(spec, ["spec.args[0]"], theirs) == {}
