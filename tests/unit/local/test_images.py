"""Image archives: readable by containerd, and the same bytes from the same files."""

import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest

from local.bundle.archive import Image, write


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def image(program: Path) -> Image:
    return Image(
        reference="registry.k8s.io/thing:v1",
        files={"/usr/local/bin/thing": program},
        links={"/usr/bin/thing": "/usr/local/bin/thing", "/lib": "usr/lib"},
        entrypoint=("/usr/local/bin/thing",),
        user="65535:65535",
    )


def test_the_same_files_give_the_same_archive_at_another_time(tmp_path: Path, program: Path):
    write([image(program)], tmp_path / "one.tar")
    os.utime(program, (0, 0))
    write([image(program)], tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_the_archive_names_its_image_and_its_digests_are_right(tmp_path: Path, program: Path):
    write([image(program)], tmp_path / "image.tar")
    with tarfile.open(tmp_path / "image.tar") as archive:

        def read(name: str) -> bytes:
            member = archive.extractfile(name)
            assert member
            return member.read()

        (described,) = json.loads(read("manifest.json"))
        config = json.loads(read(described["Config"]))
        (layer,) = described["Layers"]
        digest = hashlib.sha256(read(layer)).hexdigest()
    assert described["RepoTags"] == ["registry.k8s.io/thing:v1"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{digest}"]
    assert config["config"]["User"] == "65535:65535"
    assert config["config"]["Entrypoint"] == ["/usr/local/bin/thing"]


def test_a_program_in_an_image_can_be_run_and_belongs_to_root(tmp_path: Path, program: Path):
    write([image(program)], tmp_path / "image.tar")
    with tarfile.open(tmp_path / "image.tar") as archive:
        name = next(name for name in archive.getnames() if name.endswith(".tar"))
        stream = archive.extractfile(name)
        with tarfile.open(fileobj=stream) as layer:
            thing = layer.getmember("usr/local/bin/thing")
            folders = [member.name for member in layer if member.isdir()]
            links = {member.name: member.linkname for member in layer if member.issym()}
    assert (thing.mode, thing.uid, thing.gid) == (0o755, 0, 0)
    assert folders == ["usr", "usr/bin", "usr/local", "usr/local/bin"]
    assert links == {"usr/bin/thing": "/usr/local/bin/thing", "lib": "usr/lib"}
