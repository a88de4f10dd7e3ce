# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""What does not become ready tells why: at once where no waiting helps, and not before where it does."""

import json
import time

from pulumi_kubernetes.apps.v1 import Deployment, StatefulSet
from pulumi_kubernetes.core.v1 import Secret

from tests.api.kubelet import node_with_logs
from tests.api.pods import pods_become, ready_status, unschedulable_status, waiting_status

GPU = "nvidia.com/gpu"
PASSWORD = "canary-5be1"
NOT_FOUND = 'Back-off pulling image "x": ErrImagePull: failed to resolve reference "x": x: not found'
UNREACHABLE = 'Back-off pulling image "x": ErrImagePull: dial tcp 192.0.2.1:443: i/o timeout'
CRASHED = "back-off 40s restarting failed container"
RESTRICTED = "pod-security.kubernetes.io/enforce=restricted"


def workload(name, namespace, options, kind=Deployment, timeout=None, env=None, limits=None):
    pod = {"containers": [{"name": "main", "image": "x", "env": env, "resources": {"limits": limits}}]}
    annotations = {"pulumi.com/timeoutSeconds": timeout} if timeout else None
    return kind(
        name,
        metadata={"name": name, "namespace": namespace, "annotations": annotations},
        spec={
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
        opts=options,
    )


def test_a_wait_without_hope_ends_early_and_says_why(stack, namespace, api_server):
    api_server.kubectl("create", "quota", "small-team", "-n", namespace, f"--hard=requests.{GPU}=0")

    def build(options):
        workload("pulling", namespace, options)
        workload("crashing", namespace, options)
        workload("no-room", namespace, options, limits={GPU: "1"})

    began = time.monotonic()
    image = waiting_status("ImagePullBackOff", NOT_FOUND)
    crashes = [waiting_status("CrashLoopBackOff", CRASHED, restarts) for restarts in (1, 2, 4)]
    with (
        pods_become(api_server, namespace, image, labels="app=pulling"),
        pods_become(api_server, namespace, *crashes, labels="app=crashing", seconds_each=3),
    ):
        run = stack.up(build, fails=True, continue_on_error=True)
    assert time.monotonic() - began < 60
    said = {text.partition(":")[0]: text for text in run.texts}
    for name, words in {
        "pulling": ("x: not found",),
        "crashing": ("CrashLoopBackOff", "ended with exit code 3 (Error), started again 4 times"),
        "no-room": (f"exceeded quota: small-team, requested: requests.{GPU}=1",),
    }.items():
        assert "it will not become ready" in said.get(name, ""), run.console
        for part in words:
            assert part in said[name]
    # They are there, and the next run goes on with them.
    assert {"pulling", "crashing", "no-room"} <= stack.state().keys()
    with pods_become(api_server, namespace, ready_status(), labels="app in (pulling, crashing)"):
        api_server.kubectl("delete", "quota", "small-team", "-n", namespace)
        # Its controller, which pauses longer after each refusal, has to ask again first.
        api_server.kubectl("wait", "pod", "-n", namespace, "-l=app=no-room", "--for=create", "--timeout=90s")
        with pods_become(api_server, namespace, ready_status(), labels="app=no-room"):
            assert set(stack.up(build).changes.values()) == {"update"}


def test_pods_that_a_security_level_refuses_end_the_wait(stack, namespace, api_server):
    api_server.kubectl("label", "namespace", namespace, RESTRICTED)
    began = time.monotonic()
    run = stack.up(lambda options: workload("one", namespace, options, kind=StatefulSet), fails=True)
    assert 'violates PodSecurity "restricted' in run.text
    assert time.monotonic() - began < 60


def test_what_heals_by_itself_is_waited_for(stack, namespace, api_server):
    troubles = (
        unschedulable_status("0/2 nodes are available: 2 Insufficient cpu."),
        waiting_status("ImagePullBackOff", UNREACHABLE),
        waiting_status("CreateContainerConfigError", 'secret "later" not found'),
        waiting_status("CrashLoopBackOff", CRASHED, restarts=3),
        ready_status(),
    )
    with pods_become(api_server, namespace, *troubles, seconds_each=3):
        run = stack.up(lambda options: workload("one", namespace, options))
    assert "0/2 nodes are available: 2 Insufficient cpu." in run.console


def test_a_wait_that_ends_tells_what_the_scheduler_said(stack, namespace, api_server):
    message = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
    with pods_become(api_server, namespace, unschedulable_status(message)):
        run = stack.up(lambda options: workload("one", namespace, options, timeout="4"), fails=True)
    assert f"not scheduled: {message}" in run.text


def test_the_containers_last_words_are_told_without_the_secrets_that_it_has(
    stack, namespace, api_server, tmp_path
):
    env = [
        {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "given", "key": "password"}}},
        {"name": "DB_PASSWORD", "value": "literal-canary"},
        {"name": "PORT", "value": "8501"},
    ]

    def build(options):
        metadata = {"name": "given", "namespace": namespace}
        Secret("given", metadata=metadata, string_data={"password": f"{PASSWORD}\nmore"}, opts=options)
        workload("one", namespace, options, env=env)

    log = f"cannot open port 8501\nas root:{PASSWORD}@db and literal-canary\n" + "x" * 5000
    crashes = [waiting_status("CrashLoopBackOff", CRASHED, restarts) for restarts in (1, 4)]
    node = f"node-of-{namespace}"
    with (
        node_with_logs(api_server, node, tmp_path, {"main": log}),
        pods_become(api_server, namespace, *crashes, node=node, seconds_each=3),
    ):
        run = stack.up(build, fails=True)
    assert "log of main: previous: cannot open port 8501" in run.text
    assert "as root:[secret]@db and [secret]" in run.text
    for text in (run.console, json.dumps(stack.exported())):
        assert PASSWORD not in text
        assert "x" * 500 not in text
