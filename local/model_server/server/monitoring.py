"""The monitoring file of TensorFlow Serving: a text proto that says whether and where metrics are shown."""

import re

from .flags import UsageError

DEFAULT_PATH = "/monitoring/prometheus/metrics"
_BLOCK = re.compile(r"\s*prometheus_config\s*:?\s*\{(?P<fields>[^{}]*)\}\s*")
_FIELD = re.compile(r"""\s*(?P<name>\w+)\s*:\s*(?P<value>true|false|"[^"\\]*"|'[^'\\]*')\s*[,;]?""")


def metrics_path(text: str) -> str | None:
    """The path that shows metrics; None when they are off."""
    text = re.sub(r"(?m)^\s*#.*$", "", text)
    if not text.strip():
        return None
    block = _BLOCK.fullmatch(text)
    if not block:
        raise UsageError("the monitoring file must hold one prometheus_config { ... }")
    fields, place = {"enable": "false", "path": ""}, 0
    while block["fields"][place:].strip():
        field = _FIELD.match(block["fields"], place)
        if not field or field["name"] not in fields:
            raise UsageError(f"cannot read in the monitoring file: {block['fields'][place:].strip()!r}")
        fields[field["name"]] = field["value"].strip("\"'")
        place = field.end()
    if fields["enable"] != "true":
        return None
    return fields["path"] or DEFAULT_PATH
