"""The user's settings file stays the user's, and every edit of it counts."""

from pathlib import Path

import pytest
import yaml

from local import stack_config
from local.errors import Problem
from local.stack_config import write_engine_file


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stack_config, "REPOSITORY", tmp_path)
    monkeypatch.setattr(stack_config, "STACK_CONFIG", tmp_path / ".local" / "config")
    (tmp_path / "Pulumi.yaml").write_text("name: metalml\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("# why\nconfig:\n  metalml:layers: [cluster]\n")
    return tmp_path


def engine_adds_salt(path: Path) -> None:
    path.write_text(path.read_text() + "encryptionsalt: v1:abc\n")


def test_the_salt_is_kept_while_the_user_edits(checkout: Path):
    path = write_engine_file("dev")
    engine_adds_salt(path)
    (checkout / "Pulumi.dev.yaml").write_text("config:\n  metalml:layers: [cluster, platform]\n")
    written = yaml.safe_load(write_engine_file("dev").read_text())
    assert written == {"config": {"metalml:layers": ["cluster", "platform"]}, "encryptionsalt": "v1:abc"}


def test_the_users_file_is_never_written(checkout: Path):
    before = (checkout / "Pulumi.dev.yaml").read_text()
    engine_adds_salt(write_engine_file("dev"))
    write_engine_file("dev")
    assert (checkout / "Pulumi.dev.yaml").read_text() == before


def test_a_salt_of_the_users_own_is_used(checkout: Path):
    encrypted = "config:\n  metalml:secrets: {secure: v1:x}\nencryptionsalt: v1:mine\n"
    (checkout / "Pulumi.dev.yaml").write_text(encrypted)
    assert yaml.safe_load(write_engine_file("dev").read_text())["encryptionsalt"] == "v1:mine"


def test_a_salt_that_pulumi_left_beside_us_does_not_keep_the_stack_from_coming_up(checkout: Path):
    (checkout / "Pulumi.dev.yaml").write_text("config: {}\nencryptionsalt: v1:of-another-passphrase\n")
    path = write_engine_file("dev")
    assert "encryptionsalt" not in yaml.safe_load(path.read_text())
    engine_adds_salt(path)
    assert yaml.safe_load(write_engine_file("dev").read_text())["encryptionsalt"] == "v1:abc"


def test_a_stack_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(Problem, match=r"no Pulumi\.prod\.yaml.*one of dev"):
        write_engine_file("prod")
