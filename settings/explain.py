"""From pydantic's errors to mistakes in our words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from settings.base import suggestion
from settings.errors import Mistake
from settings.files import DEFAULT_KIND
from settings.paths import at
from settings.stack import Settings

LONGEST_VALUE = 80  # characters of a given value that are shown

# What is allowed, by pydantic's name of the error.
ALLOWED = {
    "missing": "a value: the key has no default",
    "string_type": "text (in quotes, if YAML would read it as something else)",
    "string_too_short": "text that is not empty",
    "string_pattern_mismatch": "text of the form {pattern}",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "union_tag_invalid": "kind: {expected_tags}",
    "union_tag_not_found": "an object with a key kind that says which one it is",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "tuple_type": "a list",
}


def explain(errors: Iterable[ErrorDetails], raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """One mistake for each error that says something new."""
    errors = list(errors)
    misspelt = {_meant(error, raw) for error in errors if error["type"] == "extra_forbidden"}
    for error in errors:
        path = _path(error["loc"], raw)
        if error["type"] == "missing" and path in misspelt:
            continue  # It is there, misspelt, and that is said already.
        yield _mistake(error, path, raw)


def _mistake(error: ErrorDetails, path: str, raw: Mapping[str, Any]) -> Mistake:
    context = error.get("ctx", {})
    owner = owner_of(path, raw)
    if error["type"] == "extra_forbidden":
        known = _keys_beside(error["loc"])
        close = suggestion(str(error["loc"][-1]), known)
        return Mistake(
            path=path,
            given="a key that does not exist",
            allowed=", ".join(known),
            do=f"did you mean {close}?" if close else "remove it",
            owner=owner,
        )
    if error["type"] == "setting":
        allowed, do = context["allowed"], context["do"]
    else:
        allowed, do = ALLOWED.get(error["type"], error["msg"]).format(**context), ""
    missing = error["type"] in ("missing", "union_tag_not_found")
    given = "missing" if error["type"] == "missing" else shown(error["input"])
    return Mistake(
        path=path, given=given, allowed=allowed, do=do or ("add it" if missing else "correct it"), owner=owner
    )


def shown(value: Any) -> str:
    """A given value, short enough to read, and never a private key that was pasted by mistake."""
    text = repr(value) if isinstance(value, str) else str(value)
    if "PRIVATE KEY" in text:
        return "[a private key]"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _path(location: Iterable[str | int], raw: Mapping[str, Any]) -> str:
    """machines[1].hostKey: as a user would write it, without the names that pydantic puts between."""
    path, here = at, raw
    for step in location:
        if step == "[key]":
            continue
        if isinstance(here, Mapping) and step not in here and step == here.get("kind", DEFAULT_KIND):
            continue  # Which kind of source or files it is: a choice, not a key.
        path = path[step]
        try:
            here = here[step]  # pyright: ignore[reportArgumentType]
        except (KeyError, IndexError, TypeError):
            here = {}
    return str(path)


def owner_of(path: str, raw: Mapping[str, Any]) -> str:
    """The name of the machine or model that a path's number stands for."""
    key, bracket, rest = path.partition("[")
    number = rest.partition("]")[0]
    items = raw.get(key)
    if not bracket or not number.isdecimal() or not isinstance(items, list) or int(number) >= len(items):
        return ""
    item = items[int(number)]
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else ""


def _meant(error: ErrorDetails, raw: Mapping[str, Any]) -> str:
    *parents, key = error["loc"]
    close = suggestion(str(key), _keys_beside(error["loc"]))
    return _path((*parents, close), raw) if close else ""


def _keys_beside(location: tuple[str | int, ...]) -> list[str]:
    """The keys that exist where one was given that does not."""
    models: list[type[BaseModel]] = [Settings]
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        inner: list[type[BaseModel]] = []
        for model in models:
            for name, field in model.model_fields.items():
                if step in (field.alias, name):
                    inner += _models_in(field.annotation)
        # A step that is no field is a name of the user's, or chooses a model of a union by its kind.
        models = inner or [model for model in models if _is_of_kind(model, step)]
    return list(
        dict.fromkeys(field.alias or name for model in models for name, field in model.model_fields.items())
    )


def _is_of_kind(model: type[BaseModel], kind: str) -> bool:
    field = model.model_fields.get("kind")
    return field is None or kind in str(field.annotation)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
