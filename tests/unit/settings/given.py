"""Good settings, and ways to spoil them."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import yaml

from settings import Settings, SettingsError, parse

REPOSITORY = Path(__file__).parents[3]
GONE = object()
"""In the place of a value: the key is not there."""

# Two host keys that are different and well formed.
_ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAI"
HOST_KEY = f"ssh-ed25519 {_ED25519}{'A' * 43}"
OTHER_HOST_KEY = f"ssh-ed25519 {_ED25519}{'B' * 43}"


def read(name: str) -> dict[str, Any]:
    """The settings of a stack file of the repository, keys without their prefix."""
    config = yaml.safe_load((REPOSITORY / name).read_text())["config"]
    return {key.removeprefix("metalml:"): value for key, value in config.items()}


def project(directory: Path) -> Path:
    """A directory with every file that `dev`, `full` and the example name in their settings; its own home."""
    for folder in (".local/ssh", ".ssh"):
        key = directory / folder / "id_ed25519"
        key.parent.mkdir(parents=True)
        key.touch(mode=0o600)
    bundle = directory / ".local/bundle"
    bundle.mkdir()
    (bundle / "MANIFEST").touch()
    for models in (".local/models", "models"):
        version = directory / models / "half_plus_two/1"
        version.mkdir(parents=True)
        (version / "saved_model.pb").write_bytes(b"a model")
    script = directory / "local/training/half_plus_two.py"
    script.parent.mkdir(parents=True)
    script.touch()
    (directory / "models/samples.jsonl").write_text('{"instance": 1.0, "label": 2.5}\n')
    return directory


def changed(raw: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with other values, by path: {"machines[1].address": "10.77.0.13"}."""
    raw = copy.deepcopy(raw)
    for path, value in changes.items():
        *parents, last = [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", path)]
        here: Any = raw
        for step in parents:
            here = here[step] if isinstance(here, list) else here.setdefault(step, {})
        if value is GONE:
            del here[last]
        elif isinstance(here, list) and last == len(here):
            here.append(value)
        else:
            here[last] = value
    return raw


def mistakes(raw: dict[str, Any], directory: Path, stack: str = "dev") -> dict[str, str]:
    """What the settings are refused with: the text of each mistake, by its path."""
    try:
        parse(raw, stack, directory)
    except SettingsError as error:
        return {mistake.path: str(mistake) for mistake in error.mistakes}
    return {}


def good(directory: Path, **changes: Any) -> Settings:
    """The settings of `dev`."""
    return parse(changed(read("Pulumi.dev.yaml"), changes), "dev", directory)


def kubeconfig(token: str) -> str:
    """A complete kubeconfig with this token in it."""
    return json.dumps(
        {
            "current-context": "admin",
            "contexts": [{"name": "admin", "context": {"cluster": "prod", "user": "admin"}}],
            "clusters": [{"name": "prod", "cluster": {"server": "https://203.0.113.11:6443"}}],
            "users": [{"name": "admin", "user": {"token": token}}],
        }
    )
