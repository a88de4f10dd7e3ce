"""The settings file that the engine gets: the user's own, and the salt that the engine wants to keep in it.

The engine writes `encryptionsalt` into a stack's settings file. The user's `Pulumi.<stack>.yaml` is committed
and stays as it is; the engine works on a copy in `.local/config`, written anew from it on every run.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from local.errors import Problem
from local.paths import REPOSITORY, STACK_CONFIG

SALT = "encryptionsalt"
SALT_LINE = re.compile(rf"^{SALT}:.*\n?", re.MULTILINE)


def user_file(stack: str) -> Path:
    """The settings file that the user edits."""
    return REPOSITORY / f"Pulumi.{stack}.yaml"


def read_user_file(stack: str) -> dict[str, Any]:
    """The user's settings as plain data."""
    path = user_file(stack)
    if not path.exists():
        known = ", ".join(sorted(found.name.split(".")[1] for found in REPOSITORY.glob("Pulumi.*.yaml")))
        raise Problem(f"there is no {path.name}: STACK must be one of {known}")
    try:
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise Problem(f"{path.name} is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise Problem(f"{path.name} must be a mapping with the key `config`")
    return content


def write_engine_file(stack: str) -> Path:
    """Write the engine's copy and return it. A project file is beside it, so the engine can work there."""
    STACK_CONFIG.mkdir(parents=True, exist_ok=True)
    (STACK_CONFIG / "Pulumi.yaml").write_text((REPOSITORY / "Pulumi.yaml").read_text())
    path = STACK_CONFIG / f"Pulumi.{stack}.yaml"
    settings, text = read_user_file(stack), user_file(stack).read_text()
    if SALT in settings and not _encrypts(settings):
        # Of a `pulumi` that somebody ran with another passphrase; nothing is encrypted by it.
        text = SALT_LINE.sub("", text)
        del settings[SALT]
    kept = (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}
    if SALT in kept and SALT not in settings:
        # As text: what YAML means by a word differs between its readers, and the engine is one of them.
        text = f"{text.rstrip()}\n{SALT}: {kept[SALT]}\n"
    path.write_text(text)
    return path


def _encrypts(settings: Any) -> bool:
    """Whether there is an encrypted value, which the engine writes as `{secure: ...}`."""
    if isinstance(settings, dict):
        return "secure" in settings or any(map(_encrypts, settings.values()))
    return isinstance(settings, list) and any(map(_encrypts, settings))
