"""From the engine's configuration to typed settings, or to every mistake at once."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import config as engine
from pydantic import ValidationError

from settings.base import LENIENT
from settings.checks import find_mistakes
from settings.errors import Mistake, SettingsError
from settings.explain import explain, owner_of
from settings.layers import Layer, environment
from settings.machines import LoginSettings, MachineSettings
from settings.stack import Settings

# What has to be encrypted, and how the engine is told so.
SECRET_KEYS = {
    "s3SecretAccessKey": "pulumi config set --secret metalml:s3SecretAccessKey",
    "secrets": "pulumi config set --secret --path metalml:secrets.<name>",
}


def load(config: pulumi.Config, stack: str, directory: Path | None = None) -> Settings:
    """The stack's settings. Raises one SettingsError with all mistakes, before anything is registered.

    Relative paths in the settings are looked for in `directory`, by default the current one, which the
    engine makes the project's.
    """
    keys = _keys(config.name)
    raw = {key: _value(config.get(key)) for key in keys}
    secret = {key for key in keys if engine.is_config_secret(f"{config.name}:{key}")}
    directory = directory or Path.cwd()
    secret -= _half_encrypted(directory / f"Pulumi.{stack}.yaml", config.name)
    return parse(raw, stack, directory, secret)


def parse(raw: Mapping[str, Any], stack: str, directory: Path, secret: Collection[str] = ()) -> Settings:
    """The settings in plain data, keys without `metalml:`. What is below a `secret` key is never shown."""
    settings, mistakes = read(raw, stack, directory)
    mistakes += _unencrypted(raw, secret)
    if mistakes:
        raise SettingsError(stack, [_without_secret(found, secret) for found in mistakes])
    return settings


def read(raw: Mapping[str, Any], stack: str, directory: Path) -> tuple[Settings, list[Mistake]]:
    """The settings, in which what could not be read is UNKNOWN, and every mistake in them."""
    raw = _with_names(raw, stack)
    mistakes: list[Mistake] = []
    try:
        settings = Settings.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        mistakes += explain(error.errors(), raw)
        settings = Settings.model_validate(raw, by_alias=True, by_name=False, context={LENIENT: True})
    settings = _with_machine_defaults(settings)
    mistakes += (
        replace(found, owner=owner_of(found.path, raw)) for found in find_mistakes(settings, directory)
    )
    hidden = [key for key in SECRET_KEYS if raw.get(key)]
    return settings, sorted((_without_secret(found, hidden) for found in mistakes), key=_place)


def _unencrypted(raw: Mapping[str, Any], secret: Collection[str]) -> Iterator[Mistake]:
    """A secret that everybody can read who can read the stack's settings."""
    for key, command in SECRET_KEYS.items():
        if raw.get(key) and key not in secret:
            yield Mistake(
                path=key,
                given="a secret in plain text",
                allowed="an encrypted value",
                do=f"make a new one, which nobody saw: {command}",
            )


def _half_encrypted(file: Path, namespace: str) -> set[str]:
    """Objects of secrets with one in plain text. The engine calls an object secret when anything in it is."""
    if not file.is_file():
        return set()  # It was named otherwise, on the engine's command line.
    written = (yaml.safe_load(file.read_text()) or {}).get("config") or {}
    objects = {key: written.get(f"{namespace}:{key}") for key in SECRET_KEYS}
    return {
        key
        for key, found in objects.items()
        if isinstance(found, dict)
        and any(isinstance(one, str) for name, one in found.items() if name != "secure")
    }


def _keys(namespace: str) -> list[str]:
    """The keys that are set, known or not. The SDK only answers for known keys, so its own map is read."""
    prefix = f"{namespace}:"
    everything = {**engine.get_config_env(), **engine.CONFIG.get()}
    return sorted(key.removeprefix(prefix) for key in everything if key.startswith(prefix))


def _value(text: str | None) -> Any:
    """The engine hands objects and lists over as JSON, and plain text as it is."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _with_names(raw: Mapping[str, Any], stack: str) -> dict[str, Any]:
    """Names that follow from the stack's: the cluster's, and those of the stacks below."""
    named = dict(raw)
    name = environment(stack)
    cluster = named.get("cluster", {})
    if isinstance(cluster, Mapping):
        named["cluster"] = {"name": name, **cluster}
    upstream, layers = named.get("upstream", {}), named.get("layers")
    if name != stack and isinstance(upstream, Mapping) and isinstance(layers, list) and layers:
        below = _layers_below(layers[0])
        named["upstream"] = {**{layer.value: f"{name}-{layer}" for layer in below}, **upstream}
    return named


def _layers_below(lowest: Any) -> Iterator[Layer]:
    for layer in Layer:
        if lowest not in list(Layer) or layer == lowest:
            return
        yield layer


def _with_machine_defaults(settings: Settings) -> Settings:
    """What a machine does not say about its login is as `cluster.machineDefaults` says."""
    defaults = settings.cluster.machine_defaults
    if not isinstance(defaults, LoginSettings) or not settings.machines:
        return settings

    def fill(machine: MachineSettings) -> MachineSettings:
        if not isinstance(machine, MachineSettings):
            return machine
        missing = defaults.model_fields_set - machine.model_fields_set
        return machine.model_copy(update={field: getattr(defaults, field) for field in missing})

    return settings.model_copy(update={"machines": tuple(fill(machine) for machine in settings.machines)})


def _place(found: Mistake) -> list[tuple[int, str]]:
    """Sorts mistakes by where they are, machines[10] after machines[9]."""
    return [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", found.path)]


def _without_secret(found: Mistake, secret: Collection[str]) -> Mistake:
    top = found.path.partition(".")[0].partition("[")[0]
    return replace(found, given="[secret]") if top in secret else found
