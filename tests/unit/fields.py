"""Which fields the kinds of Kubernetes objects have, and which fields of an object its kind has not.

Built-in kinds are the types of Pulumi's SDK, which is generated from Kubernetes' own schemas. Other kinds are
the schemas of their CustomResourceDefinitions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from typing import Any, get_args, get_origin

from pulumi._types import input_type_types, is_input_type, unwrap_type
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True)
class Shape:
    """What may be in a value, worked out as one goes down: some schemas contain themselves."""

    fields: Mapping[str, Callable[[], "Shape"]] | None = None
    """By their names; None: it has no names of its own."""
    each: Callable[[], "Shape"] | None = None
    """What a list, or an object with any names, holds."""


def misspelt(objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every field that its kind has not, with the nearest that it has.

    The kinds are the built-in ones and those that are defined among the objects. Definitions themselves are
    somebody else's text, held to its digest, and not looked at.
    """
    objects = list(objects)
    defined = dict(kind for one in objects if one["kind"] == DEFINITION for kind in _defined_by(one))
    return [
        f"{_name(one)}: {mistake}"
        for one in objects
        if one["kind"] != DEFINITION
        for mistake in _of(one, defined)
    ]


def _name(one: Mapping[str, Any]) -> str:
    where = [one["metadata"].get(key, "") for key in ("namespace", "name")]
    return f"{one['apiVersion']} {one['kind']} {'/'.join(filter(None, where))}"


def _of(one: Mapping[str, Any], defined: Mapping[tuple[str, str], Shape]) -> Iterator[str]:
    kind = one["apiVersion"], one["kind"]
    shape = defined.get(kind) or _built_in(*kind)
    return _unknown(one, shape, "") if shape else iter(["there is no such kind"])


def _unknown(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(value, Mapping) and shape.fields is not None:
        for name, inner in value.items():
            if below := shape.fields.get(name):
                yield from _unknown(inner, below(), f"{path}.{name}")
            else:
                near = get_close_matches(name, shape.fields, n=1, cutoff=0)
                yield f"{path}.{name}".removeprefix(".") + f" is unknown; nearest: {''.join(near) or 'none'}"
    elif shape.each is not None:
        inside = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in inside:
            yield from _unknown(inner, shape.each(), f"{path}[{key}]")


def _built_in(api_version: str, kind: str) -> Shape | None:
    group, _, version = api_version.rpartition("/")
    try:
        module = import_module(f"pulumi_kubernetes.{group.split('.')[0] or 'core'}.{version}")
    except ModuleNotFoundError:
        return None
    found = getattr(module, f"{kind}InitArgs", None)
    return _typed(found) if found else None


def _typed(kind: Any) -> Shape:
    kind = unwrap_type(kind)
    if is_input_type(kind):
        return Shape({name: partial(_typed, inner) for name, inner in input_type_types(kind).items()})
    if get_origin(kind) in (Mapping, Sequence):
        return Shape(each=partial(_typed, get_args(kind)[-1]))
    return Shape()


def _defined_by(definition: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Shape]]:
    spec = definition["spec"]
    for version in spec["versions"]:
        whole = _schema(version["schema"]["openAPIV3Schema"])
        # All that a definition may say of these is said by every API server.
        common = {"apiVersion": Shape, "kind": Shape, "metadata": partial(_typed, ObjectMetaArgs)}
        kind = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
        yield kind, Shape({**(whole.fields or {}), **common})


def _schema(schema: Mapping[str, Any]) -> Shape:
    more = schema.get("additionalProperties")
    if schema.get("x-kubernetes-preserve-unknown-fields") or more is True:
        return Shape()
    if more or "items" in schema:
        return Shape(each=partial(_schema, more or schema["items"]))
    if schema.get("type") == "object":
        return Shape({name: partial(_schema, inner) for name, inner in schema.get("properties", {}).items()})
    return Shape()
