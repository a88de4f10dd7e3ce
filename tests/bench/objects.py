"""The program's Kubernetes objects on a real API server: by the engine, by kubectl, and the engine's floor.

No kubelet runs there. Pods are ready and claims have a volume as soon as they are seen (`pretended_node`),
for both sides alike. What only real pods could answer (an operator's own condition) is waited for by neither.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pulumi
from pulumi import Output, ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult
from pulumi_kubernetes.apiregistration.v1 import APIServiceSpecArgs
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.monitoring.names import ALERTMANAGER, PROMETHEUS
from local.up import PARALLEL
from settings import Layer, UpstreamSettings
from stacks import program
from stacks.traces import without_traces
from tests.api.api_server import ApiServer
from tests.api.engine import Engine, EngineStack, Program, Run
from tests.api.everything import KUBECONFIG, everything, read_settings
from tests.bench.memory import peak
from tests.bench.pretended_node import pretended_node
from tests.unit.conftest import COMMAND, delivered_by

# What is brought up: the whole program in one stack, which is also compared with the engine's floor; or
# monitoring and logging with one model, on a cluster that another stack owns.
WHOLE, OBSERVABILITY = SCOPES = ("whole", "observability")
OBSERVABILITY_SETTINGS = "tests/bench/observability.yaml"
CLUSTER_STACK = "cluster"
BELOW = {"layers": (Layer.CLUSTER,)}
ABOVE = {
    "layers": (Layer.PLATFORM, Layer.MODELS),
    "upstream": UpstreamSettings(cluster=CLUSTER_STACK),
}
# As many as the official plugin was measured with.
PLAIN = 301
NAMESPACE = "bench"
SKIP = {"pulumi.com/skipAwait": "true"}
# Kinds of which kubectl can wait for the pods.
ROLLED_OUT = ("Deployment", "DaemonSet", "StatefulSet")
# Kinds that only real pods and volumes would answer for; kubectl waits for none of them either.
UNANSWERED = (":Job", ":PersistentVolumeClaim")
# How the names of the Commands end that really run: they ask only the API server.
DELIVERY = "-definitions"
# Kinds that others are made in or of.
FIRST = ("CustomResourceDefinition", "Namespace")
# How the state writes a secret, and the key that says so.
SECRET, PLAINTEXT = "4dabf18193072939515e22adb298388d", "plaintext"

Object = Mapping[str, Any]


def measure_objects(folder: Path, number: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Of each scope the seconds of each operation by each way, `number` times; the engine's are its own.

    `resources` tells how many the program has in its state, `commands` how many of them are Commands, and
    `objects` how many objects the cluster gets. `memory` is the most that engine, plugins and program took
    together, in bytes.
    """
    for name in ("server", "engine", *SCOPES):
        (folder / name).mkdir()
    server = ApiServer(folder / "server")
    try:
        server.wait()
        engine, found = Engine(folder / "engine", server.kubeconfig), {}
        with pretended_node(server):
            with everything(folder / WHOLE) as (build, outputs):
                whole = _on(server, folder, build, outputs)
                found[WHOLE] = _rounds(engine, server, whole, WHOLE, number, tell)
            with read_settings(folder / OBSERVABILITY, OBSERVABILITY_SETTINGS) as (settings, outputs):
                below, above = (
                    _on(server, folder, partial(program.build, settings.model_copy(update=changed)), outputs)
                    for changed in (BELOW, ABOVE)
                )
                engine.stack(CLUSTER_STACK).up(below)
                found[OBSERVABILITY] = _rounds(engine, server, above, OBSERVABILITY, number, tell)
        return found
    finally:
        server.stop()


def _rounds(
    engine: Engine,
    server: ApiServer,
    build: Program,
    scope: str,
    number: int,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    found: dict[str, Any] = {"rounds": []}
    for turn in range(number):
        times: dict[str, dict[str, float]] = {}

        def took(way: str, seconds: dict[str, float], into: dict[str, Any] = times) -> None:
            into[way] = seconds
            each = ", ".join(f"{name} {one:.1f}" for name, one in seconds.items())
            tell(f"  objects, {scope}, {way}: {each}")

        look = partial(_look, found)
        with peak() as memory:
            took("program", _by_engine(engine.stack(f"{scope}-{turn}"), build, look))
        found["memory"] = max(found.get("memory", 0), memory.most)
        objects, resources = found.pop("made"), found["resources"]
        took("kubectl", _by_kubectl(server, objects))
        if scope == WHOLE:
            took("floor", _by_engine(engine.stack(f"floor-{turn}"), partial(_plain, resources)))
            took("plain", _by_engine(engine.stack(f"plain-{turn}"), partial(_plain, PLAIN)))
            took("plain by kubectl", _by_kubectl(server, _plain_objects(PLAIN)))
        found["rounds"].append(times)
    return found


def _by_engine(
    stack: EngineStack, build: Program, look: Callable[[EngineStack], None] = lambda _: None
) -> dict[str, float]:
    times: dict[str, float] = {}

    def timed(name: str, operation: Callable[..., Run], *arguments: Any) -> None:
        times[name] = operation(*arguments, parallel=PARALLEL).seconds

    timed("preview", stack.preview, build)
    timed("up", stack.up, build)
    look(stack)
    timed("unchanged", stack.up, build)
    stack.unprotect()
    timed("destroy", stack.destroy)
    return times


def _by_kubectl(server: ApiServer, objects: Sequence[Object]) -> dict[str, float]:
    """Seconds; `apply` is the part of `up` until all was applied, and kinds or pods were not ready yet."""
    first = [one for one in objects if one["kind"] in FIRST]
    rest = [one for one in objects if one["kind"] not in FIRST]
    definitions = [one for one in first if one["kind"] == FIRST[0]]
    began = monotonic()
    server.apply(first)
    if definitions:
        server.kubectl("wait", "--for=condition=Established", "-f", "-", stdin=_list(definitions))
    server.apply(rest)
    applied = monotonic()
    for one in rest:
        if one["kind"] in ROLLED_OUT:
            place = ["-n", one["metadata"]["namespace"], f"{one['kind']}/{one['metadata']['name']}"]
            server.kubectl("rollout", "status", *place)
    ready = monotonic()
    server.kubectl("delete", "-f", "-", stdin=_list([*reversed(rest), *reversed(first)]))
    return {"apply": applied - began, "up": ready - began, "destroy": monotonic() - ready}


def _list(objects: Sequence[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def _plain(count: int, options: ResourceOptions) -> None:
    # As the program itself: else two thirds of the state that the engine writes would be traces.
    with without_traces():
        namespace = Namespace(NAMESPACE, metadata={"name": NAMESPACE}, opts=options)
        then = ResourceOptions.merge(options, ResourceOptions(depends_on=[namespace]))
        for one in _plain_objects(count)[1:]:
            name = one["metadata"]["name"]
            ConfigMap(name, metadata=one["metadata"], data=one["data"], opts=then)


def _plain_objects(count: int) -> list[Object]:
    """A namespace, and ConfigMaps in it, so many together."""

    def plain(kind: str, **more: Any) -> Object:
        return {"apiVersion": "v1", "kind": kind, **more}

    maps = [
        plain("ConfigMap", metadata={"name": f"plain-{each}", "namespace": NAMESPACE}, data={"k": str(each)})
        for each in range(1, count)
    ]
    return [plain("Namespace", metadata={"name": NAMESPACE}), *maps]


def _on(server: ApiServer, folder: Path, build: Callable[[], None], outputs: Mapping[str, str]) -> Program:
    """The program with Commands that do nothing but print, and without waits that nothing here could end."""
    for name, text in {**outputs, KUBECONFIG: server.kubeconfig.read_text()}.items():
        (folder / name).write_text(text)

    def quick(args: ResourceTransformationArgs) -> ResourceTransformationResult:
        props = dict(args.props)
        if args.type_ == COMMAND and not args.name.endswith(DELIVERY):
            file = folder / args.name
            props = dict.fromkeys(props) | {"create": f"cat {file}" if file.exists() else "true"}
        elif args.type_.endswith("WebhookConfiguration"):
            # Nobody is there whom the API server could ask.
            props["webhooks"] = []
        elif isinstance(spec := props.get("spec"), APIServiceSpecArgs):
            # As long as an API is registered and nobody answers for it, no namespace is deleted.
            props["spec"] = APIServiceSpecArgs(
                group_priority_minimum=spec.group_priority_minimum,
                version_priority=spec.version_priority,
                group=spec.group,
                version=spec.version,
            )
        elif args.type_.startswith("kubernetes:") and "metadata" in props:
            given = Output.from_input(props["metadata"])
            props["metadata"] = given.apply(partial(_waiting_for_no_real_pods, args.type_))
        return ResourceTransformationResult(props, args.opts)

    def run(_: ResourceOptions) -> None:
        pulumi.runtime.register_stack_transformation(quick)
        build()

    return run


def _waiting_for_no_real_pods(
    kind: str, metadata: ObjectMetaArgs | Mapping[str, Any]
) -> ObjectMetaArgs | Mapping[str, Any]:
    # A mapping is out of a release: definitions of kinds, which the API server alone answers for.
    if isinstance(metadata, ObjectMetaArgs):
        asked = "pulumi.com/waitFor" in _mapping(metadata.annotations)
        of_operators = kind.endswith(":Service") and metadata.name in (PROMETHEUS, ALERTMANAGER)
        if asked or of_operators or kind.endswith(UNANSWERED):
            metadata.annotations = SKIP
    return metadata


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _look(found: dict[str, Any], stack: EngineStack) -> None:
    found |= _made(stack)


def _made(stack: EngineStack) -> dict[str, Any]:
    exported = stack.exported(secrets=True)["deployment"]["resources"]
    resources = [one for one in exported if one["custom"] and not one["type"].startswith("pulumi:")]
    objects = [_plainly(one["inputs"]) for one in resources if one["type"].startswith("kubernetes:")]
    # Definitions of kinds are no resources.
    made = [*(kind for one in resources for kind in delivered_by(one["inputs"])), *objects]
    commands = sum(one["type"] == COMMAND for one in resources)
    return {"made": made, "resources": len(resources), "objects": len(made), "commands": commands}


def _plainly(value: Any) -> Any:
    """An input as it was given: without the state's marks."""
    if isinstance(value, Mapping):
        if SECRET in value:
            return json.loads(value[PLAINTEXT])
        return {key: _plainly(inner) for key, inner in value.items() if not key.startswith("__")}
    return [_plainly(inner) for inner in value] if isinstance(value, list) else value
