"""Where a value stands in the settings, built as the settings are read: at.machines[2].host_key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic.alias_generators import to_camel


@dataclass(frozen=True)
class SettingPath:
    """The path of a value. As text it is what whoever wrote the settings would write: machines[2].hostKey.

    An attribute is the key of a field, by the field's name, which YAML spells in camelCase. An item is an
    index of a list, or a key exactly as it is written.
    """

    # Behind an underscore, as all that is not a key of the settings: no field's name begins with one.
    _text: str = ""

    def __getattr__(self, field: str) -> "SettingPath":
        if field.startswith("_"):
            raise AttributeError(field)
        return self[to_camel(field)]

    def __getitem__(self, step: int | str) -> "SettingPath":
        if isinstance(step, int):
            return SettingPath(f"{self._text}[{step}]")
        return SettingPath(f"{self._text}.{step}" if self._text else step)

    # Python would otherwise take items 0, 1, 2 and so on, without an end.
    __iter__ = None

    def __str__(self) -> str:
        return self._text


at = SettingPath()
"""Where all paths begin."""

T = TypeVar("T")


def each(items: Iterable[T], path: SettingPath) -> Iterator[tuple[SettingPath, T]]:
    """The items of the list at this path, each with its own path."""
    return ((path[index], item) for index, item in enumerate(items))
