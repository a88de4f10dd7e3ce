"""The schemas of kinds, of which the state keeps only digests.

They are nine tenths of the program's state, and the engine writes the whole state twice with every step.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from local.plugins.kubernetes.kinds import group_kind
from local.plugins.provider import Failed
from local.plugins.values import has_unknown

_DEFINITION = "apiextensions.k8s.io/CustomResourceDefinition"

Version = Mapping[str, Any]


class Schemas:
    """The schemas that this process has seen. Every run checks what it makes before it makes it."""

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}

    def shortened(self, thing: Mapping[str, Any]) -> dict[str, Any]:
        """The object with references for schemas; any object but a definition as it is."""
        return _changed(thing, lambda version: {**version, "schema": self._reference(version["schema"])})

    def whole(self, thing: Mapping[str, Any]) -> dict[str, Any]:
        """The object with its schemas; raises Failed where one was never seen."""
        return _changed(thing, lambda version: {**version, "schema": self._schema(version["schema"])})

    def comparable(
        self, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Both by their schemas where these are known and differ: an import asks what differs in them."""
        old, new = self.shortened(old), self.shortened(new)
        if old == new:
            return old, new
        try:
            return self.whole(old), self.whole(new)
        except Failed:
            return old, new

    def _reference(self, schema: Any) -> Any:
        # What is not known yet has no digest.
        if _digest_in(schema) or has_unknown(schema):
            return schema
        digest = f"sha256:{hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()}"
        self._seen[digest] = schema
        # The API server refuses it: a definition can never be made of the digest by mistake.
        return {"openAPIV3Schema": {"$ref": digest}}

    def _schema(self, schema: Any) -> Any:
        digest = _digest_in(schema)
        if digest is None:
            return schema
        if digest not in self._seen:
            raise Failed(f"the schema {digest} is not among those of this run")
        return self._seen[digest]


def as_given(live: Mapping[str, Any], left: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The live definition with the inputs' schemas where they are as they were left.

    The API server writes a schema otherwise than it is given, so the digests of both never are the same.
    """
    before, given = _schemas_of(left), _schemas_of(inputs)

    def change(version: Version) -> Version:
        name, there = version["name"], version["schema"]
        touched = before.get(name, there) != there
        return version if touched else {**version, "schema": given.get(name, there)}

    return _changed(live, change)


def with_schemas_of(other: Mapping[str, Any], thing: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with the other's schemas of the same versions."""
    schemas = _schemas_of(other)
    return _changed(
        thing, lambda version: {**version, "schema": schemas.get(version["name"], version["schema"])}
    )


def _digest_in(schema: Any) -> str | None:
    outer = schema.get("openAPIV3Schema") if isinstance(schema, Mapping) else None
    return outer.get("$ref") if isinstance(outer, Mapping) else None


def _schemas_of(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {version["name"]: version["schema"] for version in _versions_of(thing)}


def _changed(thing: Mapping[str, Any], change: Callable[[Version], Version]) -> dict[str, Any]:
    """The definition with each version that has a schema changed."""
    found = _versions_of(thing)
    if not found:
        return dict(thing)
    versions = [change(one) if _has_schema(one) else one for one in thing["spec"]["versions"]]
    return {**thing, "spec": {**thing["spec"], "versions": versions}}


def _versions_of(thing: Mapping[str, Any]) -> list[Version]:
    """A definition's versions, but for one that has no schema or is not known yet."""
    spec = thing.get("spec")
    versions = spec.get("versions") if isinstance(spec, Mapping) else None
    if not isinstance(versions, list) or group_kind(thing) != _DEFINITION:
        return []
    return [one for one in versions if _has_schema(one)]


def _has_schema(version: Any) -> bool:
    return isinstance(version, Mapping) and "schema" in version
