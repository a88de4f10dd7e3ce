"""What the rules between fields are written with."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from settings.base import UNKNOWN
from settings.errors import Mistake
from settings.paths import SettingPath
from settings.stack import Settings

Check = Callable[[Settings, Path], Iterator[Mistake]]
"""A rule: the settings and the project's directory in, mistakes out. Parts of the settings may be UNKNOWN."""


def mistake(path: SettingPath, given: object, allowed: str, do: str) -> Mistake:
    """A mistake in a value that is worth showing as it is."""
    return Mistake(path=str(path), given=str(given), allowed=allowed, do=do)


def known(*values: object) -> bool:
    """Whether all values could be read, so that a rule about them can be asked."""
    return all(value is not UNKNOWN for value in values)


def present(*values: object) -> bool:
    """Whether all values could be read and are there."""
    return all(value is not UNKNOWN and value is not None for value in values)


def is_file(path: Path) -> bool:
    """Whether the file is there. What cannot be looked at, such as in a directory of others, is not."""
    try:
        return path.is_file()
    except OSError:
        return False


def names_in(directory: Path) -> list[str]:
    """What is in a directory; nothing if it is none, or not ours to read."""
    try:
        return sorted(entry.name for entry in directory.iterdir())
    except OSError:
        return []


def duplicates(entries: Iterable[tuple[SettingPath, Any]], allowed: str, do: str) -> Iterator[Mistake]:
    """A mistake for each (path, value) whose value an earlier entry has already."""
    first: dict[Any, SettingPath] = {}
    for path, value in entries:
        if not present(value):
            continue
        if value in first:
            yield mistake(path, f"{value}, as {first[value]} has it", allowed, do)
        else:
            first[value] = path
