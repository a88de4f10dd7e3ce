"""What proves who we are to the local machines and the local state: an SSH key and a passphrase."""

import os
import secrets

from local.paths import PASSPHRASE, SSH_KEY
from local.process import must


def make_keys() -> None:
    """Make both where they are missing; readable by their owner only."""
    if not SSH_KEY.exists():
        SSH_KEY.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "metalml", "-f", SSH_KEY])
    if not PASSPHRASE.exists():
        PASSPHRASE.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: half a passphrase would lock the state that the whole one opens.
        fresh = PASSPHRASE.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        fresh.rename(PASSPHRASE)
