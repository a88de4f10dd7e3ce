"""Holds creation to what is not there yet, as Pulumi's Kubernetes plugin does itself since release 4.29.

The one that is built here (local/engine/kubernetes.py) is older: it takes an object of the same name over
without a word, and a later `destroy` deletes it.
"""

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pulumi
from pulumi import Alias, Output, ResourceTransformationArgs, ResourceTransformationResult
from pulumi.runtime import register_stack_transformation

from local.errors import Problem
from local.kubernetes.client import ApiError
from local.kubernetes.objects import Objects, named

_PROVIDER = "pulumi:providers:kubernetes"
# Seconds for an object that is being deleted to go; its name is free then.
_GOING = 60
_LOOK = 0.5
# Seconds for an API server to answer that has just begun on a busy computer; the plugin waits for ever.
_ANSWER = 600


def refuse_to_adopt(urns: Collection[str]) -> None:
    """Let the program that runs now make no object that is there already.

    `urns` are those of the stack's state, whose objects are its own, and those that a killed run had begun to
    make: theirs may be there.
    """
    register_stack_transformation(_Creation(urns).hold)


class _Creation:
    def __init__(self, urns: Collection[str]) -> None:
        parts = (urn.split("::", 3) for urn in urns)
        self._known = {(types.rpartition("$")[2], name) for _, _, types, name in parts}
        self._kubeconfig: Output[str | None] = Output.from_input(None)
        self._objects: Objects | None = None
        self._made: dict[str, str] = {}

    def hold(self, args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        """Give a new object its metadata only when there is none of its name."""
        if args.type_ == _PROVIDER:
            self._kubeconfig = Output.from_input(args.props["kubeconfig"])
        # What is read or imported is meant to be there.
        if not args.type_.startswith("kubernetes:") or args.opts.id or args.opts.import_:
            return None
        if not self._known.isdisjoint(_names(args)):
            return None
        metadata = self._checked(args.name, args.props)
        return ResourceTransformationResult(props={**args.props, "metadata": metadata}, opts=args.opts)

    async def _checked(self, resource: str, props: Mapping[str, Any]) -> Any:
        kubeconfig = await self._kubeconfig.future()
        metadata = await Output.from_input(props["metadata"]).future()
        # Before there is a cluster there is nothing in it.
        if kubeconfig and metadata:
            name = {key: _of(metadata, key) for key in ("namespace", "name")}
            thing = {"apiVersion": props["api_version"], "kind": props["kind"], "metadata": name}
            if self._made.setdefault(named(thing), resource) != resource:
                raise pulumi.RunError(f"{named(thing)} is made by two resources of this program")
            await asyncio.to_thread(self._refuse, kubeconfig, thing)
        return props["metadata"]

    def _refuse(self, kubeconfig: str, thing: Mapping[str, Any]) -> None:
        self._objects = self._objects or Objects(kubeconfig, brief=False)
        deadline = time.monotonic() + _GOING
        while (live := _read(self._objects, thing)) is not None:
            if "deletionTimestamp" not in live["metadata"] or time.monotonic() > deadline:
                raise pulumi.RunError(_words(thing))
            time.sleep(_LOOK)


def _read(objects: Objects, thing: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The live object of the same kind and name, if there is one."""
    deadline = time.monotonic() + _ANSWER
    while True:
        try:
            return objects.read(thing)
        except ApiError:
            raise
        except Problem:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK)


def _names(args: ResourceTransformationArgs) -> Iterator[tuple[str, str]]:
    """Type and name, today's and those of before, by which the state may know the resource."""
    yield args.type_, args.name
    for alias in args.opts.aliases or ():
        if isinstance(alias, Alias):
            kind = args.type_ if alias.type_ is ... else str(alias.type_)
            yield kind, args.name if alias.name is ... else str(alias.name)


def _of(metadata: Any, key: str) -> str | None:
    """A field of metadata, which is a dictionary or the SDK's class for one."""
    return metadata.get(key) if isinstance(metadata, Mapping) else getattr(metadata, key)


def _words(thing: Mapping[str, Any]) -> str:
    return (
        f"{named(thing)} already exists, and not from this stack: delete it, import it (pulumi import), or"
        " give the resource another name"
    )
