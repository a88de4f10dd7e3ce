"""Every kind of Kubernetes object, with the semantics of the official plugin's server-side apply mode."""

import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from local.plugins.kubernetes.changes import differences, needs_replacement, overlay
from local.plugins.kubernetes.client import Client
from local.plugins.kubernetes.kinds import UnknownKind
from local.plugins.kubernetes.objects import Objects
from local.plugins.kubernetes.readiness import Hopeless, rule_for
from local.plugins.kubernetes.reasons import reasons
from local.plugins.provider import Failed, HalfDone, Provider, refuse
from local.plugins.values import UNKNOWN, has_unknown, to_python, to_struct

# Seconds; the official plugin's default for every wait.
_PATIENCE = 600.0
_TIMEOUT = "pulumi.com/timeoutSeconds"


class KubernetesProvider(Provider):
    """Creates strictly, updates by server-side apply, waits until ready, deletes until gone."""

    version = version("pulumi-kubernetes")

    def __init__(self) -> None:
        super().__init__()
        self._objects: Objects | None = None

    def configure(self, settings: dict[str, Any]) -> None:
        kubeconfig = settings.get("kubeconfig")
        # Unknown until the cluster is made: previews then show the inputs as they are.
        if kubeconfig and kubeconfig != UNKNOWN:
            client = Client(kubeconfig, settings.get("context"))
            self._objects = Objects(client, settings.get("namespace") or "default")

    @property
    def objects(self) -> Objects:
        """The cluster; raises Failed where there is none to talk to."""
        if self._objects is None:
            raise Failed("the provider has no kubeconfig")
        return self._objects

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        changed = [path for path, _ in differences(old, new)]
        response = provider_pb2.DiffResponse
        # Another cluster means other objects; another kubeconfig for the same one does not.
        moved = [path for path in changed if path == "clusterIdentifier"]
        return response(
            changes=response.DIFF_SOME if changed else response.DIFF_NONE, diffs=changed, replaces=moved
        )

    def Check(self, request: Any, context: Any) -> Any:
        inputs = to_python(request.news)
        try:
            _check(request.type, inputs)
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.CheckResponse(inputs=to_struct(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        kinds, response = provider_pb2.PropertyDiff, provider_pb2.DiffResponse
        detailed, replaces = {}, []
        for path, change in differences(old, new):
            if any(path == ignored or path.startswith(f"{ignored}.") for ignored in request.ignoreChanges):
                continue
            fixed = needs_replacement(new.get("kind", ""), path)
            if fixed:
                replaces.append(path)
            name = f"{change.upper()}_REPLACE" if fixed else change.upper()
            detailed[path] = kinds(kind=kinds.Kind.Value(name), inputDiff=True)
        return response(
            changes=response.DIFF_SOME if detailed else response.DIFF_NONE,
            diffs=sorted({path.partition(".")[0].partition("[")[0] for path in detailed}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            replaces=replaces,
            # Names are always explicit, so two of them cannot be there at once.
            deleteBeforeReplace=bool(replaces),
        )

    def Create(self, request: Any, context: Any) -> Any:
        inputs = to_python(request.properties)
        try:
            if request.preview:
                return provider_pb2.CreateResponse(properties=to_struct(self._previewed(inputs)))
            live = self.objects.read(inputs)
            if live is not None and not self.objects.ours(live):
                raise Failed(
                    f"{inputs['kind']} {self.objects.identity(inputs)} already exists, and not from this "
                    "program: delete it, or give the resource another name"
                )
            identity = self.objects.identity(inputs)
            live = self._settled(self.objects.apply(inputs), inputs, request)
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.CreateResponse(id=identity, properties=to_struct(_kept(live)))

    def Update(self, request: Any, context: Any) -> Any:
        inputs = to_python(request.news)
        try:
            if request.preview:
                return provider_pb2.UpdateResponse(properties=to_struct(self._previewed(inputs)))
            live = self._settled(self.objects.apply(inputs), inputs, request)
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.UpdateResponse(properties=to_struct(_kept(live)))

    def Read(self, request: Any, context: Any) -> Any:
        inputs, state = to_python(request.inputs), to_python(request.properties)
        try:
            live = self.objects.read(inputs or state)
        except UnknownKind:
            live = None
        except Failed as error:
            return refuse(context, error)
        if live is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id, properties=to_struct(_kept(live)), inputs=to_struct(overlay(inputs, live))
        )

    def Delete(self, request: Any, context: Any) -> Any:
        properties = to_python(request.properties)
        try:
            self.objects.delete(properties, _patience(properties, request.timeout))
        except Failed as error:
            return refuse(context, error)
        return Empty()

    def _previewed(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """What the API server would make of it; the inputs, where it cannot be asked yet."""
        if self._objects is None or has_unknown(inputs):
            return inputs
        try:
            return _kept(self.objects.apply(inputs, dry_run=True, force=True))
        except Failed as error:
            # Its kind or its namespace may be part of the same program.
            if isinstance(error, UnknownKind) or getattr(error, "code", None) == 404:
                return inputs
            raise

    def _settled(self, live: dict[str, Any], inputs: dict[str, Any], request: Any) -> dict[str, Any]:
        """The object when it is ready. Raises HalfDone with the reasons where it does not become so."""
        rule, identity = rule_for(live), self.objects.identity(inputs)
        patience = _patience(inputs, request.timeout)
        deadline, pause, said = time.monotonic() + patience, 0.1, None
        while rule is not None:
            try:
                missing = rule(live, self.objects)
                if missing is None:
                    break
                if time.monotonic() > deadline:
                    raise Hopeless(f"not ready after {patience:.0f} s: {missing}")
                if self.cancelled.is_set():
                    raise Hopeless(f"the run was stopped while it was waited for: {missing}")
            except Hopeless as error:
                why = [str(error), *reasons(live, self.objects)]
                raise HalfDone(identity, _kept(live), inputs, why) from error
            if missing != said:
                self.log(missing, request.urn, ephemeral=True)
                said = missing
            time.sleep(pause)
            pause = min(pause * 1.3, 1.0)
            found = self.objects.read(inputs)
            if found is None:
                raise Failed(f"{inputs['kind']} {identity} was deleted while it was waited for")
            live = found
        return live


def _check(token: str, inputs: dict[str, Any]) -> None:
    """Complete the inputs from the type token; raises Failed for what cannot be an object."""
    _, _, kind = token.rpartition(":")
    api_version = token.removeprefix("kubernetes:").rpartition(":")[0]
    if token.startswith(("kubernetes:helm", "kubernetes:yaml", "kubernetes:kustomize")):
        raise Failed(f"the embedded plugin has no {token}: use typed resources, or the official plugin")
    # core/v1 is how SDKs name the group that has no name.
    inputs.setdefault("apiVersion", api_version.removeprefix("core/"))
    inputs.setdefault("kind", kind)
    if inputs["apiVersion"].startswith("core/"):
        inputs["apiVersion"] = inputs["apiVersion"].removeprefix("core/")
    metadata = inputs.get("metadata")
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        raise Failed(f"{kind} needs metadata.name: the embedded plugin makes up no names")


def _kept(live: Mapping[str, Any]) -> dict[str, Any]:
    """An object without the field managers' bookkeeping, which is longer than the object."""
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    return {**live, "metadata": metadata}


def _patience(inputs: Mapping[str, Any], custom: float) -> float:
    annotations = (inputs.get("metadata") or {}).get("annotations") or {}
    return custom or float(annotations.get(_TIMEOUT, _PATIENCE))
