"""The text form of protocol buffers, as far as TensorFlow Serving's configuration files go."""

import re
from typing import Any

from .flags import UsageError

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"[^"\\\n]*"|'[^'\\\n]*')|(?P<word>[\w.+-]+)|(?P<sign>[{}:;,])"""
)

Message = dict[str, list[Any]]
"""Fields by name. Each has a list: a field may be there several times."""


def read_text_proto(text: str) -> Message:
    """The message; text in quotes and words are `str`, messages `Message`."""
    tokens: list[str] = []
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found:
            raise UsageError(f"cannot read in a configuration file: {text[place : place + 40]!r}")
        place = found.end()
        if found["text"] or found["word"] or (found["sign"] and found["sign"] not in ",;"):
            tokens.append(found[0])
    tokens.reverse()
    message = _fields(tokens)
    if tokens:
        raise UsageError("a configuration file closes more brackets than it opens")
    return message


def _fields(tokens: list[str]) -> Message:
    message: Message = {}
    while tokens and tokens[-1] != "}":
        name = tokens.pop()
        if tokens and tokens[-1] == ":":
            tokens.pop()
        if not tokens or not re.fullmatch(r"\w+", name):
            raise UsageError(f"a configuration file has {name!r} where a field with a value should be")
        value: Any = tokens.pop()
        if value == "{":
            value = _fields(tokens)
            if not tokens:
                raise UsageError("a configuration file opens more brackets than it closes")
            tokens.pop()
        message.setdefault(name, []).append(value.strip("\"'") if isinstance(value, str) else value)
    return message
