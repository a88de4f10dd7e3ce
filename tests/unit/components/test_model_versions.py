"""Which versions of a model there are, and that a machine keeps each where it was first put."""

from pathlib import Path

import pytest

from components.serving.model_versions import delivery_manifest, folder_of, manifests_of
from settings.model_versions import versions_in


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for version in ("1", "2", "10"):
        (tmp_path / version / "variables").mkdir(parents=True)
        (tmp_path / version / "saved_model.pb").write_text(f"graph {version}")
        (tmp_path / version / "variables" / "index").write_text("variables")
    return tmp_path


def test_versions_are_the_numbered_folders_with_a_saved_model_in_the_order_of_their_numbers(source: Path):
    for name in ("3", "04", "next"):
        (source / name).mkdir()
    (source / "04" / "saved_model.pb").touch()
    (source / "next" / "saved_model.pb").touch()
    assert versions_in(source) == (1, 2, 10)
    assert versions_in(source / "missing") == ()


def test_a_version_with_other_files_is_in_another_folder_and_an_unchanged_one_is_not(source: Path):
    before = manifests_of(str(source), (1, 2))
    (source / "2" / "saved_model.pb").write_text("another graph")
    after = manifests_of(str(source), (1, 2))
    assert folder_of(1, before[1]) == folder_of(1, after[1])
    assert folder_of(2, before[2]) != folder_of(2, after[2])
    assert folder_of(2, after[2]).startswith("2-")


def test_each_file_is_delivered_below_the_folder_of_its_version(source: Path):
    manifests = manifests_of(str(source), (2, 1))
    paths = [line.split(maxsplit=2)[2] for line in delivery_manifest(manifests).splitlines()]
    assert paths == [
        f"{folder_of(version, manifests[version])}/{path}"
        for version in (1, 2)
        for path in ("saved_model.pb", "variables/index")
    ]
