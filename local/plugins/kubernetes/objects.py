"""Objects of an API server: read, applied, deleted."""

import time
from collections.abc import Mapping
from typing import Any

from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.kubernetes.kinds import Kind, Kinds, UnknownKind
from local.plugins.provider import Failed

# Owner of the fields that the program sets. One name for all stacks: a moved resource stays updatable.
FIELD_MANAGER = "pulumi-kubernetes-metalml"
_APPLY = "application/apply-patch+yaml"
# With this the fields of other managers are taken over; as with the official plugin.
PATCH_FORCE = "pulumi.com/patchForce"


class Objects:
    """The objects of one API server."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.kinds = Kinds(client)
        self._namespace = namespace

    def kind_of(self, inputs: Mapping[str, Any]) -> Kind:
        """The kind of an object; raises UnknownKind."""
        return self.kinds.find(inputs["apiVersion"], inputs["kind"])

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
        self, inputs: Mapping[str, Any], *, dry_run: bool = False, force: bool = False
    ) -> dict[str, Any]:
        """Server-side apply; a field that somebody else owns is an error that names both."""
        annotations = inputs["metadata"].get("annotations") or {}
        forced = force or annotations.get(PATCH_FORCE) == "true"
        query = {"fieldManager": FIELD_MANAGER, "force": str(forced).lower()}
        if dry_run:
            query["dryRun"] = "All"
        try:
            return self.client.request("PATCH", self.path(inputs), inputs, query, _APPLY)
        except ApiError as error:
            if error.reason == "Conflict" and error.causes:
                owners = "\n".join(
                    f"  {cause.get('field')}: {cause.get('message')}" for cause in error.causes
                )
                raise Failed(
                    f"{inputs['kind']} {self.identity(inputs)} has fields that others manage:\n{owners}\n"
                    f'Leave them out, or take them over with the annotation {PATCH_FORCE}: "true".'
                ) from error
            raise

    def ours(self, live: Mapping[str, Any]) -> bool:
        """Whether the object was made by this program: an interrupted creation is taken up."""
        managers = live["metadata"].get("managedFields") or []
        return any(
            entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Apply" for entry in managers
        )

    def delete(self, inputs: Mapping[str, Any], seconds: float) -> None:
        """Delete the object with what it owns, and wait until it has gone."""
        try:
            path = self.path(inputs)
            self.client.request("DELETE", path, {"propagationPolicy": "Foreground"})
        except UnknownKind:
            return
        except ApiError as error:
            if error.code == 404:
                return
            raise
        deadline, pause = time.monotonic() + seconds, 0.05
        while True:
            try:
                live = self.client.request("GET", path)
            except ApiError as error:
                if error.code == 404:
                    return
                raise
            if time.monotonic() > deadline:
                finalizers = ", ".join(live["metadata"].get("finalizers") or []) or "none"
                raise Failed(
                    f"{inputs['kind']} {self.identity(inputs)} is still there after {seconds:.0f} s; "
                    f"finalizers that hold it: {finalizers}"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)
