"""The image's ingredients: pinned, named the same everywhere, and none of this computer in them."""

import re
from pathlib import Path

import pytest
import yaml

from local.model_server import build
from local.paths import REPOSITORY

FOLDER = REPOSITORY / "local" / "model_server"
REQUIREMENTS = (FOLDER / "requirements.txt").read_text()
PINNED = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", REQUIREMENTS, re.MULTILINE))


def test_every_package_of_the_image_has_a_hash_and_none_a_place_to_fetch_it_from() -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+==)", REQUIREMENTS, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINNED) > 0
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in REQUIREMENTS


def test_what_serving_does_not_import_is_not_in_the_image() -> None:
    lines = (FOLDER / "not-needed.txt").read_text().splitlines()
    left_out = {line for line in lines if not line.startswith("#")}
    assert "keras" in left_out
    assert not left_out & PINNED.keys()


def test_the_images_tag_says_the_tensorflow_in_it_and_dev_asks_for_that_tag() -> None:
    assert build.REFERENCE.rpartition(":")[2].rpartition("-")[0] == PINNED["tensorflow-cpu"]
    dev = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text())["config"]
    assert dev["metalml:images"]["model-server"] == build.REFERENCE


def test_the_launcher_looks_where_the_build_puts_the_server() -> None:
    assert f'HOME = "/{build._HOME}"' in (FOLDER / "launcher.py").read_text()


def test_the_image_holds_files_and_links_of_its_root_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/python3.11").write_text("")
    (tmp_path / "usr/bin/python3").symlink_to("python3.11")
    # A link to a folder is a link, not the files behind it twice.
    (tmp_path / "bin").symlink_to("usr/bin")
    # A link out of the root must not bring a file of this computer in.
    (tmp_path / "hostname").symlink_to("/etc/hostname")
    image = build._image(tmp_path)
    assert image.files == {"/usr/bin/python3.11": tmp_path / "usr/bin/python3.11"}
    assert image.links == {
        "/bin": "usr/bin",
        "/hostname": "/etc/hostname",
        "/usr/bin/python3": "python3.11",
    }
    assert image.user == "1000:1000"


@pytest.mark.parametrize("script", ["build-root.sh", "run-in-root.sh"])
def test_a_build_script_names_no_mirror(script: str) -> None:
    assert "://" not in (FOLDER / script).read_text()
