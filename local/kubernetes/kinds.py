"""Which path of the API a kind of object has, asked from the API server once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import Problem
from local.kubernetes.client import ApiError, Client


def group_kind(thing: Mapping[str, Any]) -> str:
    """Group and kind of an object, as `apps/Deployment` or, in the group that has no name, `/Pod`."""
    group = thing["apiVersion"].rpartition("/")[0]
    return f"{group}/{thing['kind']}"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind as the API server has it."""

    api_version: str
    name: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """The path of an object, or of all objects of this kind."""
        root = "/api" if "/" not in self.api_version else "/apis"
        parts = [root, self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)


class UnknownKind(Problem):
    """The API server does not have the kind (any more, or yet)."""


class Kinds:
    """The kinds of an API server. A missing one is asked for again: its definition may just have come."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Kind] = {}

    def find(self, api_version: str, kind: str) -> Kind:
        """The kind; raises UnknownKind when there is none."""
        if (api_version, kind) not in self._known:
            self._read(api_version)
        try:
            return self._known[api_version, kind]
        except KeyError as error:
            raise UnknownKind(f"the API server has no kind {kind} in {api_version}") from error

    def path(self, thing: Mapping[str, Any]) -> str:
        """The path of an object, by its kind, namespace and name."""
        metadata = thing["metadata"]
        kind = self.find(thing["apiVersion"], thing["kind"])
        return kind.path(metadata.get("namespace") or "default", metadata["name"])

    def _read(self, api_version: str) -> None:
        root = "/api" if "/" not in api_version else "/apis"
        try:
            listed: dict[str, Any] = self._client.request("GET", f"{root}/{api_version}")
        except ApiError as error:
            if error.code == 404:
                return
            raise
        for entry in listed["resources"]:
            if "/" not in entry["name"]:
                kind = Kind(
                    api_version=api_version,
                    name=entry["kind"],
                    plural=entry["name"],
                    namespaced=entry["namespaced"],
                )
                self._known[api_version, entry["kind"]] = kind
