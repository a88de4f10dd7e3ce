"""A first run says what it makes and for about how long; a disk that is too small is told before."""

import io
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from local import plan, prepare
from local.engine.kubernetes import KUBERNETES_PROVIDER
from local.engine.pulumi import ENGINE
from local.errors import Problem
from local.needs import Needs
from local.paths import REPOSITORY
from local.plan import Plan, Work, require_room
from local.progress import Progress

LONG = Work(title="Kubernetes", seconds=280, gibibytes=3)
SHORT = Work(title="CNI plugins", seconds=6, gibibytes=0.4)


def test_the_plan_names_each_part_and_the_whole():
    said = io.StringIO()
    Plan([LONG, SHORT], Progress(said), processors=2)
    assert said.getvalue().startswith("to make, about 5 min less what can be downloaded: ")
    assert "Kubernetes about 5 min, CNI plugins about 10 s" in said.getvalue()


def test_dev_from_nothing_needs_no_more_room_than_the_readme_says():
    needs = Needs(cluster="dev", machines=True, bundle=True, model=True)
    works = [job.work for chain in prepare._chains(needs) for job in chain]  # pyright: ignore[reportPrivateUsage]
    needed = sum(work.gibibytes for work in (*works, prepare._MACHINES))  # pyright: ignore[reportPrivateUsage]
    (promised,) = re.findall(r"(\d+) GiB of free disk", (REPOSITORY / "README.md").read_text())
    assert int(promised) - 2 <= needed <= int(promised)


def test_plugins_are_installed_after_the_engine_that_downloads_them():
    needs = Needs(cluster="dev", machines=True, bundle=True, model=True)
    chains = prepare._chains(needs)  # pyright: ignore[reportPrivateUsage]
    (titles,) = [each for chain in chains if ENGINE.title in (each := [job.work.title for job in chain])]
    assert titles.index(ENGINE.title) < titles.index(KUBERNETES_PROVIDER.title)


def test_more_processors_need_less_time():
    said = io.StringIO()
    Plan([LONG], Progress(said), processors=8)
    assert "to make, about 70 s" in said.getvalue()


def test_after_each_part_it_says_what_is_left():
    said = io.StringIO()
    doing = Plan([LONG, SHORT], Progress(said), processors=2)
    doing.done("something that was there")
    doing.done(LONG.title)
    doing.done(SHORT.title)
    assert said.getvalue().splitlines()[1:] == ["left: about 10 s: CNI plugins"]


def test_a_full_cache_needs_no_word_and_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    said = io.StringIO()
    Plan([], Progress(said))
    assert said.getvalue() == ""
    monkeypatch.setattr(plan.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    require_room([], tmp_path)


def test_a_disk_that_is_too_small_for_what_is_missing_is_told_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(plan.shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * 2**30))
    require_room([LONG], tmp_path / "not" / "there")
    with pytest.raises(Problem, match=r"4 GiB of free disk are needed under .* and there are 3; nothing"):
        require_room([LONG, SHORT], tmp_path)
