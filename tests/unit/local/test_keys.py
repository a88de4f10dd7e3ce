"""Keys are made once and nobody else can read them."""

from pathlib import Path

import pytest

from local import keys


def test_key_and_passphrase_are_their_owners_only_and_stay_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keys, "SSH_KEY", tmp_path / "ssh" / "id_ed25519")
    monkeypatch.setattr(keys, "PASSPHRASE", tmp_path / "passphrase")
    keys.make_keys()
    made = {path: path.read_text() for path in (keys.SSH_KEY, keys.PASSPHRASE)}
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600, 0o600]
    assert len(made[keys.PASSPHRASE]) > 40
    keys.make_keys()
    assert {path: path.read_text() for path in made} == made
