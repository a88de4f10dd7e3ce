# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""What does not become ready tells why, while it is waited for and when the wait has failed."""

import json

from pulumi import CustomTimeouts, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment, StatefulSet
from pulumi_kubernetes.core.v1 import Secret

from tests.api.kubelet import node_with_logs
from tests.api.pods import pods_become, ready_status, unschedulable_status, waiting_status
from tests.api.test_objects import custom
from tests.api.test_ownership import wait_until
from tests.api.test_waiting import crd, soon
from tests.api.told import telling
from tests.waits import LONGEST

GPU = "nvidia.com/gpu"
PASSWORD = "canary-5be1"
NOT_FOUND = 'Back-off pulling image "x": ErrImagePull: failed to resolve reference "x": x: not found'
UNREACHABLE = 'Back-off pulling image "x": ErrImagePull: dial tcp 192.0.2.1:443: i/o timeout'
CRASHED = "back-off 40s restarting failed container"
RESTRICTED = "pod-security.kubernetes.io/enforce=restricted"


def workload(name, namespace, options, kind=Deployment, seconds=None, env=None, limits=None):
    pod = {"containers": [{"name": "main", "image": "x", "env": env, "resources": {"limits": limits}}]}
    return kind(
        name,
        metadata={"name": name, "namespace": namespace},
        spec={
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
        opts=within(options, seconds),
    )


def within(options, seconds):
    limit = CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s") if seconds else None
    return ResourceOptions.merge(options, ResourceOptions(custom_timeouts=limit))


def test_a_wait_that_cannot_end_says_why_while_it_lasts_and_when_it_has_failed(stack, namespace, api_server):
    api_server.kubectl("create", "quota", "small-team", "-n", namespace, f"--hard=requests.{GPU}=0")

    def build(seconds):
        def objects(options):
            workload("pulling", namespace, options, seconds=seconds)
            workload("crashing", namespace, options, seconds=seconds)
            workload("no-room", namespace, options, seconds=seconds, limits={GPU: "1"})

        return objects

    image = waiting_status("ImagePullBackOff", NOT_FOUND)
    crashes = [waiting_status("CrashLoopBackOff", CRASHED, restarts) for restarts in (1, 2, 4)]
    with (
        pods_become(api_server, namespace, image, labels="app=pulling"),
        pods_become(api_server, namespace, *crashes, labels="app=crashing", seconds_each=3),
        telling(api_server) as told,
    ):
        run = stack.up(build(15), fails=True, continue_on_error=True, on_event=told.on_event)
        waiting, failed = told.said, told.error
    print(waiting, "=====", failed, "=====", run.text)
    assert run.seconds < 60
    errors = {text.partition(":")[0]: text for text in failed.split("\n\n")}
    for name, words in {
        "pulling": ("ImagePullBackOff", "x: not found"),
        "crashing": ("CrashLoopBackOff", "ended with exit code 3 (Error), started again 4 times"),
        "no-room": (f"exceeded quota: small-team, requested: requests.{GPU}=1",),
    }.items():
        assert f"waits for Deployment {name}" in waiting
        for part in words:
            assert part in errors[f"Deployment {name}"]
    assert "x: not found" in waiting
    assert waiting.count("CrashLoopBackOff") == 1, "what is the same trouble is said once"
    # They are there, and the next run goes on with them.
    assert {"pulling", "crashing", "no-room"} <= stack.state().keys()
    with pods_become(api_server, namespace, ready_status(), labels="app in (pulling, crashing)"):
        api_server.kubectl("delete", "quota", "small-team", "-n", namespace)
        # Its controller, which pauses longer after each refusal, has to ask again first.
        api_server.kubectl(
            "wait", "pod", "-n", namespace, "-l=app=no-room", "--for=create", f"--timeout={LONGEST}s"
        )
        with pods_become(api_server, namespace, ready_status(), labels="app=no-room"):
            assert set(stack.up(build(60)).changes.values()) == {"update"}


def test_pods_that_a_security_level_refuses_are_told_of(stack, namespace, api_server):
    api_server.kubectl("label", "namespace", namespace, RESTRICTED)
    with telling(api_server) as told:
        stack.up(
            lambda options: workload("one", namespace, options, kind=StatefulSet, seconds=5),
            fails=True,
            on_event=told.on_event,
        )
        assert 'violates PodSecurity "restricted' in told.error


def test_what_heals_by_itself_is_waited_for(stack, namespace, api_server):
    troubles = (
        unschedulable_status("0/2 nodes are available: 2 Insufficient cpu."),
        waiting_status("ImagePullBackOff", UNREACHABLE),
        waiting_status("CreateContainerConfigError", 'secret "later" not found'),
        waiting_status("CrashLoopBackOff", CRASHED, restarts=3),
        ready_status(),
    )
    with (
        pods_become(api_server, namespace, *troubles, seconds_each=3),
        telling(api_server) as told,
    ):
        stack.up(lambda options: workload("one", namespace, options), on_event=told.on_event)
    for words in ("2 Insufficient cpu.", "i/o timeout", 'secret "later" not found', "CrashLoopBackOff"):
        assert words in told.said


def test_a_wait_that_ends_tells_what_the_scheduler_said(stack, namespace, api_server):
    message = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
    with (
        pods_become(api_server, namespace, unschedulable_status(message)),
        telling(api_server) as told,
    ):
        stack.up(
            lambda options: workload("one", namespace, options, seconds=4),
            fails=True,
            on_event=told.on_event,
        )
        assert f"not scheduled: {message}" in told.error


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
        workload("one", namespace, options, env=env, seconds=10)

    log = f"cannot open port 8501\nas root:{PASSWORD}@db and literal-canary\n" + "x" * 5000
    crashes = [waiting_status("CrashLoopBackOff", CRASHED, restarts) for restarts in (1, 4)]
    node = f"node-of-{namespace}"
    with (
        node_with_logs(api_server, node, tmp_path, {"main": log}),
        pods_become(api_server, namespace, *crashes, node=node, seconds_each=3),
        telling(api_server) as told,
    ):
        run = stack.up(build, fails=True, on_event=told.on_event)
        failed = told.error
    for text in (told.said, failed):
        assert "log of main: previous: cannot open port 8501" in text
        assert "as root:[secret]@db and [secret]" in text
    for text in (told.said, failed, run.console, json.dumps(stack.exported())):
        assert PASSWORD not in text
        assert "x" * 500 not in text


def test_what_an_operator_makes_of_an_object_is_looked_at_too(stack, namespace, api_server):
    api_server.establish([crd("Lantern")])

    def build(options):
        annotations = {"pulumi.com/waitFor": "condition=Ready"}
        custom("Lantern", "one", namespace, within(options, 10), annotations, x=1)

    def operate():
        wait_until(lambda: api_server.get("lantern", "one", namespace))
        api_server.apply([owned_stateful_set(api_server.get("lantern", "one", namespace))])

    image = waiting_status("ImagePullBackOff", NOT_FOUND)
    with (
        soon(operate, 0),
        pods_become(api_server, namespace, image),
        telling(api_server) as told,
    ):
        stack.up(build, fails=True, on_event=told.on_event)
        failed = told.error
    for text in (told.said, failed):
        assert "pod one-0" in text
        assert "x: not found" in text


def owned_stateful_set(owner):
    reference = {
        **{key: owner[key] for key in ("apiVersion", "kind")},
        **{key: owner["metadata"][key] for key in ("name", "uid")},
    }
    labels = {"app": "one"}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": "one",
            "namespace": owner["metadata"]["namespace"],
            "ownerReferences": [reference],
        },
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "x"}]},
            },
        },
    }
