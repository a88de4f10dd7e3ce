"""A program is built anew when, and only when, something that it is built from has changed."""

from pathlib import Path

import pytest

from local import cache, gomodule
from local.gomodule import GoModule
from local.progress import Progress


@pytest.fixture
def key_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The key under which a build of the module is kept."""
    for name in ("go.mod", "go.sum", "main.go"):
        (tmp_path / name).write_text(name)
    asked: list[str] = []
    found = cache.Entry(directory=tmp_path, digests={})
    monkeypatch.setattr(gomodule, "find_go", lambda _: Path("go"))
    monkeypatch.setattr(gomodule, "go_environment", lambda _: "go1.26.8\nlinux\namd64\n")
    monkeypatch.setattr(cache, "find", lambda _, key: (asked.append(key), found)[1])

    def ask(**changes: str) -> str:
        for name, text in changes.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        module = GoModule(name="x", title="x", directory=tmp_path, programs={"x": "y/x"}, variables={})
        module.build(Progress())
        return asked[-1]

    return ask


@pytest.mark.parametrize("name", ["go_mod", "go_sum", "main_go", "more_go"])
def test_other_sources_are_another_build(name, key_of):
    before = key_of()
    assert key_of(**{name: "other"}) != before


def test_the_same_sources_are_the_same_build(key_of):
    assert key_of() == key_of(readme_md="nothing is built from this")
