"""What the settings ask for is known, and their mistakes named, before anything long begins."""

from pathlib import Path

import pytest
import yaml

from local import needs, stack_config
from local.bundle.served import SERVED
from local.errors import Problem
from local.model_server import build as model_server
from local.needs import Needs, read_needs
from local.paths import REPOSITORY


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes the repository's dev settings with changes, for a checkout where nothing was made yet."""
    monkeypatch.setattr(stack_config, "REPOSITORY", tmp_path)
    monkeypatch.setattr(needs, "REPOSITORY", tmp_path)
    monkeypatch.setattr(needs, "LOCAL", tmp_path / ".local")
    key = tmp_path / ".local" / "ssh" / "id_ed25519"
    key.parent.mkdir(parents=True)
    key.touch(mode=0o600)

    def write(**cluster: object) -> None:
        content = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text())
        content["config"]["metalml:cluster"].update(cluster)
        (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump(content))

    return write


def test_dev_needs_machines_bundle_model_and_the_image_that_serves_it(settings):
    settings()
    assert read_needs("dev") == Needs(
        cluster="dev", machines=True, bundle=True, model=True, images=(SERVED[model_server.REFERENCE],)
    )


def test_a_mistake_is_named_before_anything_is_built(settings):
    settings(mtuu=1450)
    with pytest.raises(Problem, match="mtuu"):
        read_needs("dev")


def test_a_version_that_the_bundle_has_not_is_refused(settings):
    settings(kubernetesVersion="1.35.4")
    with pytest.raises(Problem, match=r"1\.35\.4, but the bundle is built from"):
        read_needs("dev")


def test_a_value_that_only_the_engine_can_decrypt_is_no_mistake(settings, tmp_path):
    settings()
    file = tmp_path / "Pulumi.dev.yaml"
    content = yaml.safe_load(file.read_text())
    content["config"] |= {
        "metalml:s3AccessKeyId": "models",
        "metalml:s3SecretAccessKey": {"secure": "v1:a"},
        "metalml:secrets": {"chat": {"secure": "v1:b"}},
    }
    file.write_text(yaml.safe_dump(content))
    assert read_needs("dev").model
