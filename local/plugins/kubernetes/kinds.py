"""Which path of the API a kind of object has, asked from the API server once."""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.provider import Failed

# Seconds between two looks for a kind whose definition was made just now.
_LOOK = 0.2


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


class UnknownKind(Failed):
    """The API server does not have the kind (any more, or yet)."""


class Kinds:
    """The kinds of an API server. A missing one is asked for again: its definition may just have come."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Kind] = {}
        # One for each group and version: what many ask for at first is read once, and no other group waits.
        self._reading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def find(self, api_version: str, kind: str, patience: float = 0) -> Kind:
        """The kind; raises UnknownKind when there is none for `patience` seconds."""
        deadline = time.monotonic() + patience
        while (found := self._known.get((api_version, kind))) is None:
            with self._reading[api_version]:
                if (api_version, kind) not in self._known:
                    self._read(api_version)
            if (api_version, kind) in self._known:
                continue
            if time.monotonic() >= deadline:
                raise UnknownKind(f"the API server has no kind {kind} in {api_version}")
            time.sleep(_LOOK)
        return found

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
