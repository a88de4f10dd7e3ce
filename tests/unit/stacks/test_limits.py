"""What is waited for has a limit that it can keep, and no wait without hope takes long."""

from typing import Any

import pulumi
import pytest
from pulumi import CustomTimeouts, ResourceOptions, ResourceTransformationArgs
from pulumi_kubernetes.core.v1 import VolumeArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.serving.model_server_args import ModelServerArgs
from components.serving.storage import ModelFiles
from settings.server import ServerSettings
from stacks.limits import with_default_timeout

WAIT_FOR = {"pulumi.com/waitFor": "condition=Available"}
# Minutes of Pulumi's provider for everything, in seconds.
DEFAULT = 600


def limit_of(kind: str, annotations: Any = None, own: CustomTimeouts | None = None) -> tuple[int, int] | None:
    args = ResourceTransformationArgs(
        resource=pulumi.Resource.__new__(pulumi.Resource),
        type_=f"kubernetes:{kind}",
        name="one",
        props={"metadata": ObjectMetaArgs(name="one", annotations=annotations)},
        opts=ResourceOptions(custom_timeouts=own),
    )
    result = with_default_timeout(args)
    return result and seconds(result.opts.custom_timeouts)


def seconds(timeouts: CustomTimeouts | None) -> tuple[int, int]:
    assert timeouts and timeouts.create and timeouts.update
    return int(timeouts.create.removesuffix("s")), int(timeouts.update.removesuffix("s"))


def model(**changes: Any) -> tuple[int, int]:
    files = ModelFiles(volume=VolumeArgs(name="models"), digest="1")
    return seconds(ModelServerArgs(namespace="ml", image="x:1", files=files, **changes).timeouts)


@pytest.mark.parametrize(
    "kind", ["apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:Job", "core/v1:Service"]
)
def test_a_wait_without_hope_ends_before_the_providers_own_limit(kind: str):
    found = limit_of(kind)
    assert found and max(found) < DEFAULT


def test_what_asks_for_a_wait_has_a_limit_of_any_kind():
    assert limit_of("monitoring.coreos.com/v1:Alertmanager", WAIT_FOR) == limit_of("apps/v1:Deployment")


def test_what_is_not_waited_for_has_none():
    assert limit_of("core/v1:ConfigMap") is None


def test_what_needs_more_than_others_keeps_its_own_limit():
    assert limit_of("apps/v1:Deployment", own=CustomTimeouts(create="15m")) is None


def test_a_daemon_set_has_time_for_one_machine_after_the_other():
    daemon_set, deployment = limit_of("apps/v1:DaemonSet"), limit_of("apps/v1:Deployment")
    assert daemon_set and deployment
    assert daemon_set[0] == deployment[0] and daemon_set[1] > 2 * deployment[1]


def test_a_model_that_cannot_start_ends_the_wait_in_minutes_and_a_slow_one_gets_what_it_says():
    first, change = model()
    assert max(first, change) < DEFAULT
    assert model(server=ServerSettings(startup_seconds=1800)) == (first + 1740, change + 1740)


def test_pods_that_are_changed_one_after_the_other_are_waited_for_one_after_the_other():
    slow = ServerSettings(startup_seconds=100)
    assert model(replicas=3, server=slow)[1] == model(server=slow)[1] + 200
    assert model(replicas=None, max_replicas=3) == model(replicas=3)
    assert model(replicas=0) == model()


def test_an_image_for_gpus_has_time_to_come():
    # Four gigabytes, at 100 Mbit/s.
    assert model(gpu=1)[0] - model()[0] > 4 * 8 * 1000 / 100
