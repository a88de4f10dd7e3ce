"""The groups of keys that settings have, in their order, and what their fields are."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import Discriminator, Tag, WrapValidator
from pydantic.fields import FieldInfo

from settings.base import Model
from settings.stack import Settings


@dataclass(frozen=True)
class Group:
    """Keys that stand together in YAML."""

    path: str
    """Such as `machines[]`; empty for the keys at the top."""
    kind: str
    """Which one of a choice by the key `kind`; empty where there is none."""
    settings: type[Model]

    @property
    def heading(self) -> str:
        """Of its section."""
        if not self.path:
            return "Keys at the top"
        return f"`{self.path}`, kind `{self.kind}`" if self.kind else f"`{self.path}`"

    def path_of(self, name: str) -> str:
        """Of one of its fields."""
        return f"{self.path}.{key(self.settings, name)}".removeprefix(".")


def every_group() -> list[Group]:
    """All groups. Two have the same class where the same keys stand in two places."""
    top = Group("", "", Settings)
    return [top, *_below(top)]


def hints(settings: type[Model]) -> dict[str, Any]:
    """The types of all fields as they are written, by name."""
    written = get_type_hints(settings, include_extras=True)
    return {name: written[name] for name in settings.model_fields}


def key(settings: type[Model], name: str) -> str:
    """The name of a field as YAML has it."""
    return settings.model_fields[name].alias or name


def unpacked(hint: Any) -> tuple[Any, list[Any]]:
    """A type without its annotations, and these, `Field(...)` taken apart."""
    if get_origin(hint) is not Annotated:
        return hint, []
    base, *marks = get_args(hint)
    # The only wrapping validators are those of lists, which step over bad items.
    marks = [mark for mark in marks if not isinstance(mark, WrapValidator)]
    flat = [mark.metadata if isinstance(mark, FieldInfo) else [mark] for mark in marks]
    return base, [one for several in flat for one in several]


def members(union: Any) -> tuple[Any, ...]:
    """The types that a union is of, without None; any other type is one of itself."""
    if get_origin(union) not in (Union, UnionType):
        return (union,)
    return tuple(member for member in get_args(union) if member is not NoneType)


def groups_in(hint: Any, path: str) -> Iterator[Group]:
    """The groups that a value of the type is made of, when it stands at this path."""
    base, marks = unpacked(hint)
    origin, inside = get_origin(base), get_args(base)
    if any(isinstance(mark, Discriminator) for mark in marks):
        for member in members(base):
            settings, tags = unpacked(member)
            yield from (Group(path, tag.tag, settings) for tag in tags if isinstance(tag, Tag))
    elif origin is tuple:
        yield from groups_in(inside[0], f"{path}[]")
    elif origin is dict:
        yield from groups_in(inside[1], f"{path}.<name>")
    elif isinstance(base, type) and issubclass(base, Model):
        yield Group(path, "", base)
    elif members(base) != (base,):
        for member in members(base):
            yield from groups_in(member, path)


def _below(group: Group) -> Iterator[Group]:
    for name, hint in hints(group.settings).items():
        for inner in groups_in(hint, group.path_of(name)):
            yield inner
            yield from _below(inner)
