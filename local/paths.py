"""Where things lie: what belongs to this checkout in `.local`, what every checkout shares in the cache."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LOCAL = REPOSITORY / ".local"

LOGS = LOCAL / "log"
BINARIES = LOCAL / "bin"
BUNDLE = LOCAL / "bundle"
MACHINE_ROOT = LOCAL / "root"
MODELS = LOCAL / "models"
KUBECONFIG = LOCAL / "kubeconfig"
SSH_KEY = LOCAL / "ssh" / "id_ed25519"
PASSPHRASE = LOCAL / "passphrase"
PULUMI_HOME = LOCAL / "pulumi"
STATE = LOCAL / "state"
STACK_CONFIG = LOCAL / "config"
VENV = LOCAL / "venv"
# What a shell sources to work with `pulumi` itself.
ENVIRONMENT = LOCAL / "env"


def cache_root() -> Path:
    """The folder that keeps what is expensive to build; a fresh clone finds it filled."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "metalml"


def link(path: Path, target: Path) -> None:
    """Make `path` a symbolic link to `target`, whatever it was."""
    if path.is_symlink() and path.readlink() == target:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)
