"""What a stack's file shows in comments: settings as they would be written there.

A comment that begins with a key and a colon, `# key: value`, is a setting, at the place where it would stand
without the `#`. Behind a group, `# key: value, other: value` are keys of the group. All else is words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from settings.base import Model
from tests.tools.settings_page.groups import every_group, key
from tests.tools.settings_page.page import plain_default

NOTHING = (None, "", [], {})
SETTING = re.compile(
    r"(?P<indent> *)(?P<mark># ?)?(?P<inner> *)(?P<item>- )?"
    r"(?:(?P<top>metalml:)?(?P<key>[a-z]\w*):(?: +(?P<value>.*))?|(?<=- )(?P<flow>\{.*))"
)
BEHIND = re.compile(r" # (?P<words>.*)$")

Classes = Mapping[str, list[type[Model]]]


@dataclass(frozen=True)
class Step:
    """A part of a path, with the place of its line's text: what stands further right is inside."""

    column: int
    name: str
    in_comment: bool


@dataclass(frozen=True)
class Shown:
    """A key in a comment, with the value that it has there."""

    line: int
    path: str
    value: Any
    """None where its keys follow in the next lines."""
    is_example: bool
    """Whether it is of an item that is itself in a comment, and need not be as by default."""


def classes_by_path() -> Classes:
    """The classes of the groups at each path."""
    found: dict[str, list[type[Model]]] = {}
    for group in every_group():
        found.setdefault(group.path, []).append(group.settings)
    return found


def fields_at(path: str, classes: Classes) -> list[tuple[type[Model], str]]:
    """The fields that a path names: several where the group can be of several kinds, none if it is wrong."""
    parent, _, last = path.rpartition(".")
    return [
        (settings, name)
        for settings in classes.get(parent, ())
        for name in settings.model_fields
        if key(settings, name) == last
    ]


def shown_in(text: str) -> Iterator[Shown]:
    """Every key in a comment."""
    classes = classes_by_path()
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if (found := SETTING.fullmatch(line)) is None:
            continue
        own = list(_steps(found))
        steps = [] if found["top"] else [step for step in steps if step.column < own[0].column]
        steps += own
        path = "".join(step.name for step in steps).removeprefix(".")
        is_example = any(step.name == "[]" and step.in_comment for step in steps)
        value = found["flow"] or found["value"] or ""
        for inner, written in _written(path, value, own[0].in_comment, classes):
            of_item = is_example or "[]" in inner.removeprefix(path)
            yield Shown(line=number, path=inner, value=written, is_example=of_item)


def _steps(found: re.Match[str]) -> Iterator[Step]:
    column, in_comment = len(found["indent"] + found["inner"]), found["mark"] is not None
    if found["item"]:
        yield Step(column, "[]", in_comment)
        column += len(found["item"])
    if found["key"]:
        yield Step(column, f".{found['key']}", in_comment)


def _written(path: str, rest: str, in_comment: bool, classes: Classes) -> Iterator[tuple[str, Any]]:
    """The keys of what stands behind a key, and those in a comment behind that."""
    if in_comment:
        yield from _leaves(path, yaml.safe_load(rest), classes)
    behind = BEHIND.search(rest)
    if behind and path in classes:
        try:
            told = yaml.safe_load(f"{{{behind['words']}}}")
        except yaml.YAMLError:
            return
        # Words are keys without values.
        if None not in told.values():
            yield from _leaves(path, told, classes)


def _leaves(path: str, value: Any, classes: Classes) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value and path in classes:
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner, classes)
    elif isinstance(value, Mapping) and f"{path}.<name>" in classes:
        for inner in value.values():
            yield from _leaves(f"{path}.<name>", inner, classes)
    elif isinstance(value, list) and f"{path}[]" in classes:
        for inner in value:
            yield from _leaves(f"{path}[]", inner, classes)
    else:
        yield path, value


def unknown_in(text: str) -> list[str]:
    """The keys in comments that do not exist, with their lines."""
    classes = classes_by_path()
    return [f"line {one.line}: {one.path}" for one in shown_in(text) if not fields_at(one.path, classes)]


def changed_in(text: str) -> list[str]:
    """The values in comments that are not the default where there is one, with their lines."""
    classes = classes_by_path()
    return [
        f"line {one.line}: {one.path}: {one.value}, and the default is {' or '.join(map(str, defaults))}"
        for one in shown_in(text)
        if not one.is_example and one.value is not None
        if (defaults := _defaults(one.path, classes)) and one.value not in defaults
    ]


def _defaults(path: str, classes: Classes) -> list[Any]:
    """Those that are something: where there is nothing an example stands, and a kind is chosen."""
    fields = [] if path.endswith(".kind") else fields_at(path, classes)
    known = [field for field in fields if not field[0].model_fields[field[1]].is_required()]
    return [default for settings, name in known if (default := plain_default(settings, name)) not in NOTHING]
