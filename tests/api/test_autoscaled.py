# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""What an autoscaler or a person has taken over is left to them, whatever else of the object changes."""

from pulumi import ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler

from components.serving.model_server import PATCH_FORCE
from tests.api.test_ownership import wait_until

# No kubelet: nothing would become ready.
SKIP = {"pulumi.com/skipAwait": "true"}


def deployment(namespace, options, version, replicas=None, ignored=(), image="x", annotations=None):
    containers = [{"name": "side", "image": "y"}, {"name": "main", "image": image}]
    return Deployment(
        "one",
        metadata={"name": "one", "namespace": namespace, "annotations": SKIP | (annotations or {})},
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "one"}},
            "template": {
                "metadata": {"labels": {"app": "one", "version": version}},
                "spec": {"containers": containers},
            },
        },
        opts=ResourceOptions.merge(options, ResourceOptions(ignore_changes=list(ignored))),
    )


def autoscaler(namespace, options, at_least):
    return HorizontalPodAutoscaler(
        "scaler",
        metadata={"name": "one", "namespace": namespace, "annotations": SKIP},
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "one"},
            "minReplicas": at_least,
            "maxReplicas": 5,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                }
            ],
        },
        opts=options,
    )


def test_ignored_replicas_stay_with_the_autoscaler_that_set_them(stack, namespace, api_server):
    def build(version, at_least=3):
        def program(options):
            deployment(namespace, options, version, replicas=1, ignored=["spec.replicas"])
            autoscaler(namespace, options, at_least)

        return program

    def live():
        return api_server.get("deployment", "one", namespace)

    stack.up(build("1"))
    wait_until(lambda: live()["spec"]["replicas"] == 3)
    assert stack.up(build("1")).changes == {}
    for operation in (stack.preview, stack.up):
        assert operation(build("2")).details == {"one": {"spec.template.metadata.labels.version": "update"}}
    assert live()["spec"]["template"]["metadata"]["labels"]["version"] == "2"
    assert live()["spec"]["replicas"] == 3
    # The state says three now, and the autoscaler goes on to four.
    stack.refresh()
    stack.up(build("2", at_least=4))
    wait_until(lambda: live()["spec"]["replicas"] == 4)
    stack.up(build("3"))
    assert live()["spec"]["replicas"] == 4


def test_replicas_that_the_program_leaves_to_an_autoscaler_do_not_drop_to_one(stack, namespace, api_server):
    def live():
        return api_server.get("deployment", "one", namespace)["spec"]["replicas"]

    def left_alone(version):
        # As a model's, where the settings give no number.
        return lambda options: deployment(namespace, options, version, ignored=["spec.replicas"])

    stack.up(lambda options: deployment(namespace, options, "1", replicas=3))
    for operation in (stack.preview, stack.up):
        assert "spec.replicas" not in operation(left_alone("1")).details.get("one", {})
    assert live() == 3
    stack.up(left_alone("2"))
    assert live() == 3
    api_server.kubectl("scale", "deployment", "one", "-n", namespace, "--replicas=5")
    stack.up(left_alone("3"))
    assert live() == 5


def test_a_number_that_is_given_again_is_taken_back_from_whoever_set_another(stack, namespace, api_server):
    def live():
        return api_server.get("deployment", "one", namespace)["spec"]["replicas"]

    def build(replicas, annotations=None):
        ignored = [] if replicas else ["spec.replicas"]
        return lambda options: deployment(
            namespace, options, "1", replicas=replicas, ignored=ignored, annotations=annotations
        )

    stack.up(build(3))
    stack.up(build(None))
    api_server.kubectl("scale", "deployment", "one", "-n", namespace, "--replicas=5")
    # As somebody else's without the annotation that a model with a fixed number has.
    told = stack.up(build(2), fails=True).text
    assert ".spec.replicas" in told
    assert live() == 5
    stack.up(build(2, PATCH_FORCE))
    assert live() == 2
