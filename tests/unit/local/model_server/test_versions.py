"""New versions replace old ones without a gap, and a broken one takes nothing away."""

from pathlib import Path

import pytest

from local.model_server.server import versions as module
from local.model_server.server.flags import UsageError
from local.model_server.server.model import Model
from local.model_server.server.versions import LoadError, Versions, newest_version

POLL = 0.01


class Loader:
    """Loads anything but the broken versions, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.broken: set[int] = set()
        self.asked: list[int] = []

    def __call__(self, version: int, folder: Path) -> Model:
        self.asked.append(version)
        if version in self.broken:
            raise LoadError(f"cannot load {folder}")
        return Model(version=version, signatures={}, described={})


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def versions(tmp_path: Path, loader: Loader) -> Versions:
    (tmp_path / "1").mkdir()
    found = Versions(tmp_path, loader)
    found.start(0)
    return found


def test_the_highest_number_is_the_default_version_and_other_folders_are_none(tmp_path: Path):
    for name in ("9", "10", "old", "11.building"):
        (tmp_path / name).mkdir()
    (tmp_path / "12").write_text("a file")
    assert newest_version(tmp_path) == (10, tmp_path / "10")


def test_a_directory_that_is_read_once_must_have_a_version(tmp_path: Path, loader: Loader):
    with pytest.raises(UsageError, match=f"no versions of the model under {tmp_path}"):
        Versions(tmp_path, loader).start(0)
    with pytest.raises(UsageError, match="cannot read the model's directory"):
        Versions(tmp_path / "missing", loader).start(0)


def test_an_empty_directory_that_is_watched_is_waited_for(
    tmp_path: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module.time, "sleep", lambda _: (tmp_path / "4").mkdir())
    versions = Versions(tmp_path, loader)
    versions.start(POLL)
    assert versions.model.version == 4


def test_a_newer_version_takes_over_and_the_old_one_is_shown_as_ended(tmp_path: Path, versions: Versions):
    (tmp_path / "2").mkdir()
    versions.look()
    assert (versions.model.version, versions.ended) == (2, {1: ""})


def test_a_version_that_is_removed_gives_way_to_the_one_before_it(tmp_path: Path, versions: Versions):
    (tmp_path / "2").mkdir()
    versions.look()
    (tmp_path / "2").rmdir()
    versions.look()
    assert (versions.model.version, versions.ended) == (1, {2: ""})


def test_nothing_new_loads_nothing(versions: Versions, loader: Loader):
    versions.look()
    assert loader.asked == [1]


def test_an_emptied_or_missing_directory_takes_the_model_from_nobody(tmp_path: Path, versions: Versions):
    (tmp_path / "1").rmdir()
    versions.look()
    assert versions.model.version == 1
    tmp_path.rmdir()
    versions.look()
    assert versions.model.version == 1


def test_a_broken_version_leaves_the_good_one_and_is_tried_again_later(
    tmp_path: Path, versions: Versions, loader: Loader, monkeypatch: pytest.MonkeyPatch
):
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    (tmp_path / "2").mkdir()
    loader.broken = {2}
    versions.look()
    assert (versions.model.version, list(versions.ended)) == (1, [2])
    versions.look()
    assert loader.asked == [1, 2]
    loader.broken = set()
    now += module.RETRY_SECONDS
    versions.look()
    assert (versions.model.version, versions.ended) == (2, {1: ""})
