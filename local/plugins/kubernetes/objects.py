"""Objects of an API server: read, applied, deleted."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.kubernetes.kinds import Kind, Kinds, UnknownKind, group_kind
from local.plugins.kubernetes.yielding import may_yield, yielding
from local.plugins.provider import Failed

_APPLY = "application/apply-patch+yaml"
# With this the fields of other managers are taken over; as with the official plugin.
PATCH_FORCE = "pulumi.com/patchForce"
# Times that an update is made anew which met another's write to a field that it leaves alone.
_YIELDS = 3
# Seconds until a kind can be used whose definition is there.
_NEW_KIND_SECONDS = 10.0
# Kinds whose controllers' objects hold something that must be gone before the object is: pods, mostly.
# All others go at once, without a visit of the garbage collector.
_WITHOUT_DEPENDANTS = frozenset(
    {
        *(
            f"/{kind}"
            for kind in (
                "ConfigMap",
                "Secret",
                "ServiceAccount",
                "Service",
                "Namespace",
                "PersistentVolume",
                "PersistentVolumeClaim",
                "ResourceQuota",
                "LimitRange",
                "Pod",
            )
        ),
        *(
            f"rbac.authorization.k8s.io/{kind}"
            for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
        ),
        "networking.k8s.io/NetworkPolicy",
        "networking.k8s.io/Ingress",
        "policy/PodDisruptionBudget",
        "storage.k8s.io/StorageClass",
        "scheduling.k8s.io/PriorityClass",
        "apiextensions.k8s.io/CustomResourceDefinition",
    }
)


class Taken(Failed):
    """Somebody else owns a field of what was sent, with another value."""


def manager_of(urn: str) -> str:
    """The name that owns the fields of a new resource: the same again when its making was cut off."""
    return f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def made_by(manager: str, live: Mapping[str, Any]) -> bool:
    """Whether the object was applied under this name."""
    managers = live["metadata"].get("managedFields") or []
    return any(entry.get("manager") == manager and entry.get("operation") == "Apply" for entry in managers)


class Objects:
    """The objects of one API server."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.kinds = Kinds(client)
        self._namespace = namespace

    def kind_of(self, inputs: Mapping[str, Any], *, awaited: bool = False) -> Kind:
        """The kind of an object; raises UnknownKind. An `awaited` one may be about to come."""
        patience = _NEW_KIND_SECONDS if awaited else 0
        return self.kinds.find(inputs["apiVersion"], inputs["kind"], patience)

    def identity(self, inputs: Mapping[str, Any]) -> str:
        """`namespace/name`, or `name` alone."""
        metadata = inputs["metadata"]
        if not self.kind_of(inputs).namespaced:
            return metadata["name"]
        return f"{metadata.get('namespace') or self._namespace}/{metadata['name']}"

    def path(self, inputs: Mapping[str, Any]) -> str:
        """Where the object is."""
        metadata = inputs["metadata"]
        return self.kind_of(inputs).path(metadata.get("namespace") or self._namespace, metadata["name"])

    def read(self, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """The live object, or None."""
        try:
            return self.client.request("GET", self.path(inputs))
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    def apply(
        self,
        inputs: Mapping[str, Any],
        manager: str,
        *,
        dry_run: bool = False,
        force: bool = False,
        warn: Callable[[str], None] | None = None,
    ) -> dict[str, Any]:
        """Server-side apply; Taken names the fields that somebody else owns, and who."""
        annotations = inputs["metadata"].get("annotations") or {}
        forced = force or annotations.get(PATCH_FORCE) == "true"
        query = {"fieldManager": manager, "force": str(forced).lower()}
        if dry_run:
            query["dryRun"] = "All"
        try:
            return self.client.request("PATCH", self.path(inputs), inputs, query, _APPLY, warn=warn)
        except ApiError as error:
            if error.reason == "Conflict" and error.causes:
                owners = "\n".join(
                    f"  {cause.get('field')}: {cause.get('message')}" for cause in error.causes
                )
                raise Taken(
                    f"{inputs['kind']} {self.identity(inputs)} has fields that others manage:\n{owners}\n"
                    f'Leave them out, or take them over with the annotation {PATCH_FORCE}: "true".'
                ) from error
            raise

    def update(
        self,
        inputs: Mapping[str, Any],
        manager: str,
        ignored: Sequence[str],
        *,
        dry_run: bool = False,
        warn: Callable[[str], None] | None = None,
    ) -> dict[str, Any]:
        """Apply over what is there, with what is to stay as it is left so."""
        for left in reversed(range(_YIELDS)):
            live = self.read(inputs) if may_yield(inputs, ignored) else None
            sent = yielding(inputs, live, ignored, manager) if live else inputs
            try:
                return self.apply(sent, manager, dry_run=dry_run, warn=warn)
            except Taken:
                # An autoscaler may have taken over what was still ours when it was read.
                if sent == inputs or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def delete(self, inputs: Mapping[str, Any]) -> str | None:
        """Ask for the end of the object with what it owns. Returns its uid while it is still there."""
        policy = "Background" if group_kind(inputs) in _WITHOUT_DEPENDANTS else "Foreground"
        try:
            answer = self.client.request("DELETE", self.path(inputs), {"propagationPolicy": policy})
        except UnknownKind:
            return None
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        # An object that goes at once is answered with a Status; else with what is still there of it.
        return None if answer["kind"] == "Status" else answer["metadata"]["uid"]
