"""Every kind of Kubernetes object, with the semantics of the official plugin's server-side apply mode."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from local.plugins.kubernetes.changes import changes
from local.plugins.kubernetes.client import Client
from local.plugins.kubernetes.contents import without_contents
from local.plugins.kubernetes.drift import drifted
from local.plugins.kubernetes.inputs import completed, hidden, seconds_to_wait
from local.plugins.kubernetes.kinds import UnknownKind
from local.plugins.kubernetes.kubeconfig import access
from local.plugins.kubernetes.objects import Objects, made_by, manager_of
from local.plugins.kubernetes.previews import exists_already, previewed_creation, previewed_update
from local.plugins.kubernetes.readiness import SKIP, Hopeless, rule_for
from local.plugins.kubernetes.schemas import Schemas, as_given, with_schemas_of
from local.plugins.kubernetes.settings import IN_PLACE, mistakes, moved
from local.plugins.kubernetes.waiting import NotReady, Waiter
from local.plugins.provider import Failed, HalfDone, Provider, refuse
from local.plugins.values import UNKNOWN, to_python, to_struct

# Seconds; the official plugin's default for every wait.
_PATIENCE = 600.0
# Where the state keeps the name that owns a resource's fields: a resource moved to another stack stays
# updatable. The official plugin keeps it in the same place.
_MANAGER = "__fieldManager"


class KubernetesProvider(Provider):
    """Creates strictly, updates by server-side apply, waits until ready, deletes until gone."""

    version = version("pulumi-kubernetes")

    def __init__(self) -> None:
        super().__init__()
        self._objects: Objects | None = None
        self._replaced: frozenset[str] = frozenset()
        self._schemas = Schemas()

    def configure(self, settings: dict[str, Any]) -> None:
        kubeconfig = settings.get("kubeconfig")
        # Unknown until the cluster is made: previews then show the inputs as they are.
        if kubeconfig and kubeconfig != UNKNOWN:
            client = Client(access(kubeconfig, settings.get("context")))
            self._objects = Objects(client, settings.get("namespace") or "default")
        self._replaced = frozenset(kind for key, kind in IN_PLACE.items() if settings.get(key) != "true")

    @property
    def objects(self) -> Objects:
        """The cluster; raises Failed where there is none to talk to."""
        if self._objects is None:
            raise Failed("the provider has no kubeconfig")
        return self._objects

    def CheckConfig(self, request: Any, context: Any) -> Any:
        news = to_python(request.news)
        failures = [
            provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in mistakes(news).items()
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if changed else response.DIFF_NONE,
            diffs=changed,
            replaces=moved(old, new),
        )

    def Check(self, request: Any, context: Any) -> Any:
        try:
            inputs = completed(request.type, to_python(request.news))
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.CheckResponse(inputs=to_struct(hidden(self._schemas.shortened(inputs))))

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = self._schemas.comparable(to_python(request.old_inputs), to_python(request.news))
        found = changes(old, new, request.ignoreChanges, self._replaced)
        replaces = [change.path for change in found if change.replaces]
        kinds, response = provider_pb2.PropertyDiff, provider_pb2.DiffResponse
        detailed = {
            change.path: kinds(
                kind=kinds.Kind.Value(change.kind.upper() + ("_REPLACE" if change.replaces else "")),
                inputDiff=True,
            )
            for change in found
        }
        return response(
            changes=response.DIFF_SOME if found else response.DIFF_NONE,
            diffs=sorted({path.partition(".")[0].partition("[")[0] for path in detailed}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            replaces=replaces,
            # Names are always explicit, so two of them cannot be there at once.
            deleteBeforeReplace=bool(replaces),
        )

    def Create(self, request: Any, context: Any) -> Any:
        manager = manager_of(request.urn)
        try:
            inputs = self._schemas.whole(to_python(request.properties))
            if request.preview:
                planned = previewed_creation(self._objects, inputs, manager)
                return provider_pb2.CreateResponse(properties=to_struct(self._state(planned, manager, {})))
            self.objects.kind_of(inputs, awaited=True)
            identity, waiter = self.objects.identity(inputs), self._waiter(inputs, request)
            live = self.objects.read(inputs)
            if live is not None and live["metadata"].get("deletionTimestamp"):
                waiter.until_gone(inputs, live["metadata"]["uid"])
            elif live is not None and not made_by(manager, live):
                raise exists_already(self.objects, inputs)
            live = self.objects.apply(inputs, manager, warn=self._warner(request.urn))
            live = self._ready(live, inputs, manager, waiter)
        except Failed as error:
            return refuse(context, error)
        properties = to_struct(self._state(live, manager, inputs))
        return provider_pb2.CreateResponse(id=identity, properties=properties)

    def Update(self, request: Any, context: Any) -> Any:
        manager = to_python(request.olds).get(_MANAGER) or manager_of(request.urn)
        try:
            inputs = self._schemas.whole(to_python(request.news))
            if request.preview:
                planned = previewed_update(self._objects, inputs, manager, request.ignoreChanges)
                return provider_pb2.UpdateResponse(properties=to_struct(self._state(planned, manager, {})))
            live = self.objects.update(inputs, manager, request.ignoreChanges, warn=self._warner(request.urn))
            live = self._ready(live, inputs, manager, self._waiter(inputs, request))
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.UpdateResponse(properties=to_struct(self._state(live, manager, inputs)))

    def Read(self, request: Any, context: Any) -> Any:
        inputs, state = self._schemas.shortened(to_python(request.inputs)), to_python(request.properties)
        manager = state.get(_MANAGER) or manager_of(request.urn)
        try:
            wanted = inputs or state or _named(request.type, request.id)
            try:
                live = self.objects.read(wanted)
            except UnknownKind:
                live = None
            if live is None:
                return provider_pb2.ReadResponse()
            properties = self._state(live, manager, inputs)
            seen = self._schemas.shortened(live)
            if inputs:
                seen = as_given(seen, state, inputs)
                found = drifted(inputs, seen, lambda: self._meant(inputs, live, manager))
            else:
                found = _bare(seen)
            self._check_health(live, request.id, properties, hidden(found))
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.ReadResponse(
            id=request.id, properties=to_struct(properties), inputs=to_struct(hidden(found))
        )

    def Delete(self, request: Any, context: Any) -> Any:
        properties = to_python(request.properties)
        try:
            uid = self.objects.delete(properties)
            if uid and (properties["metadata"].get("annotations") or {}).get(SKIP) != "true":
                self._waiter(properties, request).until_gone(properties, uid)
        except Failed as error:
            return refuse(context, error)
        return Empty()

    def _waiter(self, thing: Mapping[str, Any], request: Any) -> Waiter:
        return Waiter(
            objects=self.objects,
            seconds=seconds_to_wait(thing, request.timeout, _PATIENCE),
            stopped=self.cancelled,
            tell=lambda text: self.log(text, request.urn, ephemeral=True),
        )

    def _warner(self, urn: str) -> Callable[[str], None]:
        return lambda text: self.log(text, urn, warning=True)

    def _ready(
        self, live: dict[str, Any], inputs: dict[str, Any], manager: str, waiter: Waiter
    ) -> dict[str, Any]:
        """The object when it is ready. Raises HalfDone when it does not become so."""
        try:
            return waiter.until_ready(live, inputs)
        except NotReady as error:
            raise HalfDone(
                self.objects.identity(inputs),
                self._state(error.live, manager, inputs),
                hidden(self._schemas.shortened(inputs)),
                error.why,
            ) from error

    def _state(self, live: Mapping[str, Any], manager: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What the state keeps: not the managers' bookkeeping, which is longer than the object.

        And of what it has already in the `inputs` no second copy; a preview gives none.
        """
        metadata = live["metadata"]
        if isinstance(metadata, Mapping):
            metadata = {key: value for key, value in metadata.items() if key != "managedFields"}
        kept = without_contents(self._schemas.shortened(live), inputs)
        return {**hidden(kept), "metadata": metadata, _MANAGER: manager}

    def _meant(self, inputs: dict[str, Any], live: dict[str, Any], manager: str) -> Any:
        """What the API server would make of the inputs; the inputs, where it would refuse them now."""
        try:
            # Without the program nobody has its schemas; what became of them is known without a dry run.
            planned = self.objects.apply(with_schemas_of(live, inputs), manager, dry_run=True, force=True)
            return with_schemas_of(inputs, planned)
        except Failed:
            return inputs

    def _check_health(
        self, live: dict[str, Any], identity: str, properties: dict[str, Any], inputs: dict[str, Any]
    ) -> None:
        """Raise HalfDone for an object that is not ready now: the engine warns, and the next `up` waits."""
        rule = rule_for(live)
        try:
            missing = rule(live, self.objects) if rule else None
        except Hopeless as error:
            missing = str(error)
        if missing:
            raise HalfDone(identity, properties, inputs, [missing])


def _named(token: str, identity: str) -> dict[str, Any]:
    """The least that names an object, from the engine's words for it."""
    namespace, _, name = identity.rpartition("/")
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return completed(token, {"metadata": metadata})


def _bare(live: Mapping[str, Any]) -> dict[str, Any]:
    """An object as inputs: without what only the API server writes."""
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": metadata}
