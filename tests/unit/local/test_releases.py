"""A file of a release is had from its Go module where its repository cannot be reached."""

import hashlib
from pathlib import Path

import pytest

from components.kubernetes.release_file import ReleaseFile, ReleaseFileError, read_release_file, release_cache
from local import releases
from local.progress import Progress
from local.releases import Source, place_release_files

BEGINNING = "https://git.example.com/project/v1.2.3/"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a module that is known to hold what the repository has."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(releases, "SOURCES", {BEGINNING: Source(module="example.com/m", version="v1.2.3")})
    monkeypatch.setattr(releases, "_module_folder", lambda source, progress: tmp_path)
    (tmp_path / "crds.yaml").write_text("kinds")
    return tmp_path


def release(content: str, source: str = f"{BEGINNING}crds.yaml") -> ReleaseFile:
    return ReleaseFile(name="crds.yaml", source=source, sha256=hashlib.sha256(content.encode()).hexdigest())


def test_the_program_finds_the_modules_file_without_a_download(module: Path) -> None:
    place_release_files([release("kinds")], Progress())
    assert read_release_file(release("kinds"), release_cache()) == b"kinds"


def test_a_module_that_holds_another_file_is_refused(module: Path) -> None:
    with pytest.raises(ReleaseFileError, match="not the file that was pinned"):
        place_release_files([release("other kinds")], Progress())
    assert not any(path.is_file() for path in release_cache().rglob("*"))


def test_a_file_of_an_unknown_repository_is_left_to_the_program(module: Path) -> None:
    place_release_files([release("kinds", source="https://elsewhere.example.com/crds.yaml")], Progress())
    assert not release_cache().exists()
