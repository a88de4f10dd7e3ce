"""GPUs go to the pods that ask for them and to nobody else, one at a time unless they are shared."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from local.model_server.build import REFERENCE
from tests.cluster.full.cluster import STACK, FullCluster
from tests.waits import LONGEST

NAMESPACE = "gpu-tests"
NODE = "gpu-1"
WHOLE, SHARED = "nvidia.com/gpu", "nvidia.com/gpu.shared"
PLUGIN = ("--namespace", "gpu-system", "--selector", "app.kubernetes.io/name=nvidia-device-plugin")

pytestmark = pytest.mark.usefixtures("gpu_machine")
# Says which GPUs it was given, and whether their device files open.
ANNOUNCE = (
    "import json,os,time;"
    "given={name[-1]: gpu for name, gpu in os.environ.items() if name.startswith('PRETEND_GPU_')};"
    "[open('/dev/nvidia' + number, 'r+b') for number in given];"
    "print(json.dumps(sorted(given.values())), flush=True);"
    "time.sleep(3600)"
)


T = TypeVar("T")


class Pods:
    """Pods of the tests' own namespace."""

    def __init__(self, full: FullCluster) -> None:
        self.full = full

    def make(self, name: str, resource: str | None = None, **spec: Any) -> str:
        """A pod that asks for one of the resource; it goes where GPUs are if the scheduler lets it."""
        limits = {resource: 1} if resource else {}
        container = {
            "name": "main",
            "image": REFERENCE,
            "command": ["/usr/bin/python3", "-c", ANNOUNCE],
            "resources": {"limits": limits},
        }
        tolerations = [{"key": WHOLE, "operator": "Exists", "effect": "NoSchedule"}] if resource else []
        whole = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {
                "terminationGracePeriodSeconds": 0,
                "tolerations": tolerations,
                "containers": [container],
                **spec,
            },
        }
        self.full.project.apply(whole)
        return name

    def running(self, *names: str) -> None:
        """Wait until they run."""
        pods = [f"pod/{name}" for name in names]
        ready = ("--for=condition=Ready", f"--timeout={LONGEST}s")
        self.full.kubectl("wait", "--namespace", NAMESPACE, *ready, *pods)

    def node(self, name: str) -> str:
        """Where it runs."""
        return self.full.get("pod", name, NAMESPACE)["spec"]["nodeName"]

    def gpus(self, name: str) -> list[str]:
        """What it was given."""
        return until(lambda: json.loads(self.full.kubectl("logs", "--namespace", NAMESPACE, name) or "null"))

    def why_pending(self, name: str) -> str:
        """What the scheduler says of a pod that it cannot place."""

        def said() -> str:
            conditions = self.full.get("pod", name, NAMESPACE)["status"].get("conditions", [])
            return "".join(one.get("message", "") for one in conditions if one["type"] == "PodScheduled")

        return until(said)

    def clear(self) -> None:
        """Remove all of them."""
        self.full.kubectl("delete", "pods", "--all", "--namespace", NAMESPACE)


def until(ask: Callable[[], T]) -> T:
    """What `ask` answers once it answers something."""
    deadline = time.monotonic() + LONGEST
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing after {LONGEST} s"
        time.sleep(0.3)
    return answer


@pytest.fixture(scope="module")
def namespace(full: FullCluster) -> Iterator[None]:
    full.kubectl("create", "namespace", NAMESPACE)
    yield
    full.kubectl("delete", "namespace", NAMESPACE)


@pytest.fixture
def pods(full: FullCluster, namespace: None) -> Iterator[Pods]:
    made = Pods(full)
    yield made
    made.clear()


@pytest.fixture
def on_the_machine(full: FullCluster) -> Callable[[str], None]:
    """Runs a shell command on the machine with GPUs."""
    container = full.machine(NODE)
    return lambda command: (
        subprocess.run(["podman", "exec", container, "bash", "-c", command], check=True) and None
    )


def offered(full: FullCluster, resource: str = WHOLE) -> int:
    """How many of the resource pods may have on the machine with GPUs."""
    return int(full.get("node", NODE)["status"]["allocatable"].get(resource, 0))


def registrations(full: FullCluster) -> int:
    """How often the plugin has told a kubelet of its GPUs; 0 while no kubelet answers for its log."""
    try:
        return full.kubectl("logs", "--tail=-1", *PLUGIN).count("registered nvidia.com/gpu: 2 devices")
    except subprocess.CalledProcessError:
        return 0


def test_a_pod_that_asks_for_a_gpu_gets_one_on_the_machine_that_has_them(pods: Pods) -> None:
    pods.make("asks", WHOLE)
    pods.running("asks")
    assert pods.node("asks") == NODE
    assert len(pods.gpus("asks")) == 1


def test_a_pod_that_asks_for_none_is_kept_off(pods: Pods) -> None:
    pods.make("asks-for-none", nodeSelector={"kubernetes.io/hostname": NODE})
    assert "untolerated taint" in pods.why_pending("asks-for-none")


def test_a_gpu_belongs_to_one_pod_and_the_next_one_waits_for_it(full: FullCluster, pods: Pods) -> None:
    assert offered(full) == 2
    first, second = pods.make("first", WHOLE), pods.make("second", WHOLE)
    pods.running(first, second)
    assert pods.gpus(first) != pods.gpus(second)
    third = pods.make("third", WHOLE)
    assert f"Insufficient {WHOLE}" in pods.why_pending(third)
    full.kubectl("delete", "pod", first, "--namespace", NAMESPACE)
    pods.running(third)


def test_a_broken_gpu_is_offered_to_nobody_until_it_works_again(
    full: FullCluster, on_the_machine: Callable[[str], None]
) -> None:
    on_the_machine("echo GPU-00000000-0000-4000-8000-000000000001 >/run/pretend-gpus-broken")
    try:
        assert until(lambda: offered(full) == 1)
    finally:
        on_the_machine("rm /run/pretend-gpus-broken")
    assert until(lambda: offered(full) == 2)


def test_gpus_and_those_who_have_them_outlive_a_kubelet(
    full: FullCluster, pods: Pods, on_the_machine: Callable[[str], None]
) -> None:
    pods.make("long", WHOLE)
    pods.running("long")
    before = registrations(full)
    on_the_machine("systemctl restart kubelet")
    until(lambda: registrations(full) > before)
    until(lambda: offered(full) == 2)
    pods.running("long")
    assert full.get("pod", "long", NAMESPACE)["status"]["containerStatuses"][0]["restartCount"] == 0


def test_nobody_gets_gpus_past_the_count_by_the_runtime_class(pods: Pods) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        pods.make("thief", runtimeClassName="nvidia")
    assert "ask for nvidia.com/gpu in resources.limits" in refused.value.stderr


def test_two_pods_share_a_gpu_when_the_settings_say_so_and_nothing_else_changes(
    full: FullCluster, pods: Pods
) -> None:
    def share(way: str | None) -> Callable[[dict[str, Any]], None]:
        def change(config: dict[str, Any]) -> None:
            (machine,) = [one for one in config["metalml:machines"] if one["name"] == NODE]
            machine["gpu"].pop("sharing", None)
            machine["gpu"] |= {"sharing": way} if way else {}

        return change

    full.owner.edit(STACK, share("shared"))
    try:
        told = full.owner.must("up", STACK).text
        done = re.findall(r"^ *(created|updated|replaced|deleted) (\S+ \S+)", told, re.MULTILINE)
        assert done == [("updated", f"Command {NODE}-ready")]
        until(lambda: offered(full, SHARED) == 4)
        assert offered(full) == 0
        names = [pods.make(f"turn-{number}", SHARED) for number in range(4)]
        pods.running(*names)
        had = [tuple(pods.gpus(name)) for name in names]
        assert sorted(map(had.count, set(had))) == [2, 2]
        pods.clear()
    finally:
        full.owner.edit(STACK, share(None))
        full.owner.must("up", STACK)
    until(lambda: offered(full) == 2)
