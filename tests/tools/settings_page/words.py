"""Types in words that whoever writes YAML knows."""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, Lt, MinLen
from pydantic import BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError

from settings import fields
from settings.base import Model
from tests.tools.settings_page.groups import Group, groups_in, members, unpacked
from tests.tools.settings_page.markdown import link, plain, text
from tests.tools.settings_page.meanings import of_attributes, of_names

# The named types of settings/fields.py that have an entry of their own, by the name that people know them by.
NAMED: Mapping[str, str] = {
    "DNS label": "Label",
    "DNS name": "DnsName",
    "login name": "User",
    "IPv4 range": "Network",
    "IPv4 address": "Address",
    "quantity": "Quantity",
    "size": "Size",
    "label key": "LabelKey",
    "label value": "LabelValue",
    "host and port": "HostPort",
    "URL": "HttpUrl",
    "page address": "PageUrl",
    "metric name": "MetricName",
    "metric label": "MetricLabel",
    "alert name": "AlertName",
    "duration": "Duration",
    "local path": "LocalPath",
    "absolute path": "AbsolutePath",
    "image": "Image",
    "share": "Share",
    "node port": "NodePort",
    "header name": "HeaderName",
    "version": "Version",
    "secret": "Secret",
}
# Beyond this a bound is one of the machine's arithmetic, and tells nobody anything.
LARGEST = 10**9
WHOLE = "whole number"
ONE_OF = "one of"
# Types that begin with one of these are several with an s behind it; of the others it is a link that does.
NOUNS = ("group", "text", "whole number", "number")
LINE = "<br>"
# Values that validators refuse: the first with more words, where they take any text the second.
REFUSED: Sequence[Any] = ("\n", object())


def named() -> Mapping[str, str]:
    """What a value of each named type is, in Markdown."""
    said = of_names(fields.__name__)
    return {name: _entry(getattr(fields, alias), said.get(alias, "")) for name, alias in NAMED.items()}


def in_words(hint: Any, path: str, headings: Mapping[type[Model], str]) -> str:
    """A type, in Markdown, of a value at this path. `headings` are those of the groups, by their classes."""
    if name := _name(hint):
        return link(name, name)
    base, marks = unpacked(hint)
    if get_origin(base) is tuple:
        return _list(in_words(get_args(base)[0], f"{path}[]", headings), marks)
    if get_origin(base) is dict:
        names, values = get_args(base)
        values = in_words(values, f"{path}.<name>", headings)
        return f"keys: {in_words(names, path, headings)}; values: {values}"
    told = _groups(list(groups_in(hint, path)), headings)
    if refusal := _refusal(marks):
        return "; ".join([plain(refusal), *told])
    if not told and members(base) == (base,):
        return _scalar(base, marks)
    told = told or [in_words(member, path, headings) for member in members(base)]
    return _or([*told, "`null`"] if NoneType in get_args(base) else told)


def _name(hint: Any) -> str | None:
    base, marks = unpacked(hint)
    for name, alias in NAMED.items():
        if unpacked(getattr(fields, alias)) == (base, marks):
            return name
    return None


def _entry(hint: Any, said: str) -> str:
    base, marks = unpacked(hint)
    told = plain(_refusal(marks) or "") or _scalar(base, marks)
    return f"{told[0].upper()}{told[1:].removesuffix('.')}. {text(said)}".strip()


def _refusal(marks: Sequence[Any]) -> str | None:
    """What our own validator says that it allows."""
    for mark in marks:
        if isinstance(mark, BeforeValidator):
            check: Any = mark.func
            for value in REFUSED:
                try:
                    check(value)
                except PydanticCustomError as error:
                    return (error.context or {})["allowed"]
    return None


def _groups(groups: Sequence[Group], headings: Mapping[type[Model], str]) -> list[str]:
    if any(group.kind for group in groups):
        kinds = [link(f"`{group.kind}`", headings[group.settings]) for group in groups]
        return [f"group of kind {' or '.join(kinds)}"]
    return [f"group {link(group.heading, headings[group.settings])}" for group in groups]


def _list(item: str, marks: Sequence[Any]) -> str:
    some = "one or more" if any(isinstance(mark, MinLen) for mark in marks) else ""
    if item.startswith((ONE_OF, "a ", "an ")):
        return f"list{f' of {some}' if some else ''}, each {item}"
    return " ".join(["list of", *filter(None, [some]), _plural(item)])


def _plural(item: str) -> str:
    for noun in NOUNS:
        if item.startswith(noun):
            return f"{noun}s{item.removeprefix(noun)}"
    return item.replace("](", "s](", 1)


def _or(choices: Sequence[str]) -> str:
    return (f"{LINE}or " if any(LINE in choice for choice in choices) else ", or ").join(choices)


def _scalar(base: Any, marks: Sequence[Any]) -> str:
    if get_origin(base) is Literal:
        return _one_of(dict.fromkeys(map(str, get_args(base)), ""))
    if isinstance(base, type) and issubclass(base, Enum):
        said = of_attributes(base)
        return _one_of({member.value: said.get(member.name, "") for member in base})
    if base is bool:
        return "`true` or `false`"
    if base in (int, float):
        return _number(WHOLE if base is int else "number", marks)
    if base is SecretStr:
        return "text, [encrypted](#secret)"
    assert base is str, f"there are no words for {base}"
    for mark in marks:
        if pattern := getattr(mark, "pattern", None):
            return f"text of the form `{pattern}`"
    return "text, not empty" if any(isinstance(mark, MinLen) for mark in marks) else "text"


def _one_of(values: Mapping[str, str]) -> str:
    if any(values.values()):
        return LINE.join([ONE_OF, *(f"`{value}`: {text(said)}" for value, said in values.items())])
    shown = [f"`{value}`" for value in values]
    return shown[0] if len(shown) == 1 else f"{ONE_OF} {', '.join(shown)}"


def _number(noun: str, marks: Sequence[Any]) -> str:
    low = next((mark.ge for mark in marks if isinstance(mark, Ge)), None)
    high = next((mark.le for mark in marks if isinstance(mark, Le)), None)
    end: Any = next((mark.lt for mark in marks if isinstance(mark, Lt)), None)
    if end is not None and noun == WHOLE:
        high, end = end - 1, None
    if end is not None:
        return f"{noun} from {low} to less than {end}"
    if isinstance(high, int) and high < LARGEST:
        return f"{noun} from {low} to {high}"
    return noun if low is None else f"{noun}, {low} or more"
