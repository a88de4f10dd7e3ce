"""When an object counts as ready."""

from types import SimpleNamespace

import pytest

from local.plugins.kubernetes.kinds import UnknownKind
from local.plugins.kubernetes.readiness import rule_for


def missing(kind, spec, status, api_version="apps/v1", objects=None):
    live = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "one", "namespace": "n", "generation": 2},
        "spec": spec,
        "status": {"observedGeneration": 2, **status},
    }
    rule = rule_for(live)
    assert rule
    return rule(live, objects)  # pyright: ignore[reportArgumentType]


TWO_REVISIONS = {"readyReplicas": 3, "currentRevision": "a", "updateRevision": "b"}


@pytest.mark.parametrize(
    ("strategy", "updated", "said"),
    [
        ({"type": "RollingUpdate"}, 2, "2 of 3 pods are of this version"),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}, 2, "2 of 3 pods are of this version"),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}, 0, "0 of 1 pods are of this version"),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}, 1, None),
        ({"type": "OnDelete"}, 0, None),
    ],
)
def test_a_stateful_set_is_waited_for_as_far_as_its_strategy_goes(strategy, updated, said):
    status = {**TWO_REVISIONS, "updatedReplicas": updated}
    assert missing("StatefulSet", {"replicas": 3, "updateStrategy": strategy}, status) == said


def test_a_daemon_set_that_is_updated_by_hand_is_not_waited_for():
    status = {"desiredNumberScheduled": 2, "numberAvailable": 2, "updatedNumberScheduled": 0}
    assert missing("DaemonSet", {"updateStrategy": {"type": "RollingUpdate"}}, status)
    assert missing("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, status) is None


def test_a_quota_is_ready_once_it_counts():
    spec = {"hard": {"pods": "2"}}
    assert missing("ResourceQuota", spec, {}, "v1")
    assert missing("ResourceQuota", spec, {"hard": {"pods": "2"}}, "v1") is None


def test_a_definition_is_read_again_when_its_kind_is_served_or_after_a_second():
    asked = []

    def find(*wanted):
        asked.append(wanted)
        raise UnknownKind("not served yet")

    versions = [{"name": "v1beta1", "served": False}, {"name": "v1", "served": True}]
    spec = {"group": "example.com", "names": {"kind": "Thing"}, "versions": versions}
    objects = SimpleNamespace(kinds=SimpleNamespace(find=find))
    kind, of = "CustomResourceDefinition", "apiextensions.k8s.io/v1"
    assert missing(kind, spec, {}, of, objects) == "condition Established is not there"
    assert asked == [("example.com/v1", "Thing", 1)]
    there = {"conditions": [{"type": "Established", "status": "True"}]}
    assert missing(kind, spec, there, of, objects) is None
    assert len(asked) == 1
