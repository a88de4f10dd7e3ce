"""What is expensive to build is built once, and never used when it is not what was built."""

import threading
from pathlib import Path

import pytest

from local import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def writing(text: str, builds: list[str]):
    def make(target: Path) -> None:
        builds.append(text)
        (target / "bin").mkdir()
        (target / "bin" / "program").write_text(text)

    return make


def test_the_same_key_is_built_once():
    builds: list[str] = []
    first = cache.build("kind", "key", writing("a", builds))
    second = cache.build("kind", "key", writing("b", builds))
    assert builds == ["a"]
    assert second == first
    assert second.path("bin/program").read_text() == "a"


def test_a_file_that_was_altered_is_built_anew():
    builds: list[str] = []
    entry = cache.build("kind", "key", writing("good", builds))
    entry.path("bin/program").write_text("evil")
    assert cache.find("kind", "key") is None
    again = cache.build("kind", "key", writing("good", builds))
    assert again.path("bin/program").read_text() == "good"
    assert builds == ["good", "good"]


def test_a_file_that_was_only_touched_is_kept():
    builds: list[str] = []
    entry = cache.build("kind", "key", writing("good", builds))
    entry.path("bin/program").touch()
    assert cache.find("kind", "key") == entry


def test_a_file_that_is_gone_is_built_anew():
    entry = cache.build("kind", "key", writing("good", []))
    entry.path("bin/program").unlink()
    assert cache.find("kind", "key") is None


def test_an_interrupted_build_leaves_nothing_that_looks_complete():
    def make(target: Path) -> None:
        (target / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.build("kind", "key", make)
    assert cache.find("kind", "key") is None
    assert cache.build("kind", "key", writing("whole", [])).digests.keys() == {"bin/program"}


def test_two_checkouts_at_the_same_time_build_once():
    builds: list[str] = []
    runs = [
        threading.Thread(target=cache.build, args=("kind", "key", writing(str(n), builds))) for n in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(builds) == 1


def test_a_placed_file_is_exchanged_when_its_entry_changes(tmp_path: Path):
    target = tmp_path / "placed"
    cache.place(cache.build("kind", "old", writing("old", [])), "bin/program", target)
    assert target.read_text() == "old"
    cache.place(cache.build("kind", "new", writing("newer", [])), "bin/program", target)
    assert target.read_text() == "newer"


def test_keys_tell_where_one_input_ends_and_the_next_begins():
    assert cache.key_of("ab", "c") != cache.key_of("a", "bc")
