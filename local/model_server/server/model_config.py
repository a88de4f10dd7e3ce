"""The model configuration file: which model is served, in which versions, and what those are called."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .flags import UsageError
from .text_proto import Message, read_text_proto


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The one model of the file."""

    name: str
    base_path: Path
    # Numbers, or None for all that are there.
    versions: frozenset[int] | None
    labels: dict[str, int]


def read_model_config(text: str) -> ModelConfig:
    """Read the file; raise where it asks for what is not done here."""
    (outer,) = _all(read_text_proto(text), "model_config_list", 1)
    (config,) = _all(outer, "config", 1)
    unknown = set(config) - {"name", "base_path", "model_platform", "model_version_policy", "version_labels"}
    if unknown:
        raise UsageError(f"not supported in a model configuration file: {', '.join(sorted(unknown))}")
    (name,), (base,) = _all(config, "name", 1), _all(config, "base_path", 1)
    labels = {label["key"][0]: int(label["value"][0]) for label in config.get("version_labels", [])}
    return ModelConfig(name=name, base_path=Path(base), versions=_versions(config), labels=labels)


def _versions(config: Message) -> frozenset[int] | None:
    (policy,) = _all(config, "model_version_policy", 1)
    if "all" in policy:
        return None
    (specific,) = _all(policy, "specific", 1)
    return frozenset(int(number) for number in specific.get("versions", []))


def _all(message: Message, name: str, count: int) -> list[Any]:
    found = message.get(name, [])
    if len(found) != count:
        raise UsageError(f"a model configuration file needs {count} {name} here, it has {len(found)}")
    return found
