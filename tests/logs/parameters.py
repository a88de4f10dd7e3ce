"""What the rendered configuration of Fluentd promises, read out of it for whoever stands in for it."""

import re
from dataclasses import dataclass

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Of the way of a line, as Fluentd would read them."""

    patterns: tuple[str, ...]
    """Of files that are followed."""
    excluded: tuple[str, ...]
    chunk_bytes: int
    buffer_bytes: int
    flush_seconds: int
    flush_threads: int
    retry_wait: int
    retry_max: int
    retry_forever: bool
    overflow: str
    index_prefix: str
    write_operation: str
    id_of: tuple[str, ...]
    """Fields that make a line's id."""


def parameters_of(text: str) -> Parameters:
    """Read them from fluent.conf; an error where one is missing."""
    source = _section(text, "<source>\n  @type tail", "</source>")
    match = _section(text, "<match logs retry>", "</match>")
    buffer = _section(match, "<buffer tag>", "</buffer>")
    return Parameters(
        patterns=tuple(_value(source, "path").split(",")),
        excluded=tuple(re.findall(r'"([^"]+)"', _value(source, "exclude_path"))),
        chunk_bytes=_bytes(_value(buffer, "chunk_limit_size")),
        buffer_bytes=_bytes(_value(buffer, "total_limit_size")),
        flush_seconds=_seconds(_value(buffer, "flush_interval")),
        flush_threads=int(_value(buffer, "flush_thread_count")),
        retry_wait=_seconds(_value(buffer, "retry_wait")),
        retry_max=_seconds(_value(buffer, "retry_max_interval")),
        retry_forever=_value(buffer, "retry_forever") == "true",
        overflow=_value(buffer, "overflow_action"),
        index_prefix=_value(match, "logstash_prefix"),
        write_operation=_value(match, "write_operation"),
        id_of=tuple(_value(_section(text, "<filter logs>", "</filter>"), "record_keys").split(", ")),
    )


def _section(text: str, begin: str, end: str) -> str:
    found = text.partition(begin)[2].partition(end)[0]
    if not found:
        raise ValueError(f"no section {begin!r}")
    return found


def _value(section: str, name: str) -> str:
    found = re.search(rf"^ *{name} (.*)$", section, re.MULTILINE)
    if found is None:
        raise ValueError(f"no {name} in\n{section}")
    return found[1]


def _bytes(text: str) -> int:
    number = text.rstrip("KMG")
    return int(number) * UNITS[text[len(number) :]]


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))
