"""The page docs/settings.md."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import to_jsonable_python

from settings.base import Model
from settings.errors import NAMESPACE
from tests.tools.settings_page.groups import Group, every_group, groups_in, hints, key
from tests.tools.settings_page.markdown import table, text
from tests.tools.settings_page.meanings import of_attributes
from tests.tools.settings_page.words import in_words, named

PAGE = Path(__file__).parents[3] / "docs/settings.md"
INTRODUCTION = Path(__file__).parent / "introduction.txt"
HEADER = ("key", "type and allowed values", "default", "meaning")
# At the end of a meaning: what a key is that is left out, where its class alone does not know it.
DEFAULT = re.compile(r"(?P<meaning>.*?)\s*Default: (?P<default>.*)\.")
# What YAML reads as it is written, unless it is a number, true or the like.
PLAIN = re.compile(r"[\w./~:@+-]+")


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION.read_text(), *_sections(), _named_types()])


def default_of(settings: type[Model], name: str) -> str:
    """What stands in the place of a field that is left out, in Markdown."""
    if said := DEFAULT.fullmatch(of_attributes(settings).get(name, "")):
        return text(said["default"])
    field = settings.model_fields[name]
    return "**required**" if field.is_required() else f"`{_yaml(plain_default(settings, name))}`"


def meaning_of(settings: type[Model], name: str) -> str:
    """What a field is for, in Markdown."""
    said = of_attributes(settings).get(name, "")
    default = DEFAULT.fullmatch(said)
    return text(default["meaning"] if default else said)


def _sections() -> Iterator[str]:
    places: dict[type[Model], list[Group]] = defaultdict(list)
    for group in every_group():
        places[group.settings].append(group)
    headings = {settings: group.heading for settings, (group, *_) in places.items()}
    for group, *others in places.values():
        yield _section(group, [other.path for other in others], headings)


def _section(group: Group, others: Sequence[str], headings: Mapping[type[Model], str]) -> str:
    level = "###" if "." in group.path else "##"
    paragraphs = [f"{level} {group.heading}", *cleandoc(group.settings.__doc__ or "").split("\n\n")]
    paragraphs = [paragraphs[0], *map(text, paragraphs[1:])]
    if others:
        paragraphs.append(f"The same keys: {', '.join(f'`{path}`' for path in others)}.")
    rows = [_row(group, name, hint, headings) for name, hint in _name_first(hints(group.settings))]
    paragraphs.append(table(HEADER, rows) if rows else "Without keys: `{}`.")
    return "\n\n".join(paragraphs) + "\n"


def _name_first(fields: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    return sorted(fields.items(), key=lambda field: field[0] != "name")


def _row(group: Group, name: str, hint: Any, headings: Mapping[type[Model], str]) -> Sequence[str]:
    settings = group.settings
    shown = key(settings, name) if group.path else f"{NAMESPACE}:{key(settings, name)}"
    words = in_words(hint, group.path_of(name), headings)
    return f"`{shown}`", words, default_of(settings, name), meaning_of(settings, name)


def _named_types() -> str:
    entries = [f"### {name}\n\n{told}\n" for name, told in named().items()]
    return "\n".join(["## Kinds of values\n", *entries])


def plain_default(settings: type[Model], name: str) -> Any:
    """The default as plain data. Of a group only what is not a default of its own keys."""
    value = settings.model_fields[name].get_default(call_default_factory=True)
    if not isinstance(value, Model):
        return to_jsonable_python(value)
    classes = [group.settings for group in groups_in(hints(settings)[name], "")]
    # A class besides that of the type has defaults that the keys' own table does not tell.
    return value.model_dump(mode="json", by_alias=True, exclude_unset=type(value) in classes)


def _yaml(value: Any) -> str:
    """A value as one would write it in a line of YAML."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_yaml(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return json.dumps(value)
