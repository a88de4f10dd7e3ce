"""What is downloaded is what was pinned; whatever cannot be had is built, and a line says why."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import downloads, gomodule
from local import progress as progresses
from local.bundle import modules
from local.downloads import CHOSEN, MACHINE, RELEASED, fetch_programs, read_table
from local.errors import Problem
from local.gomodule import GoModule
from local.progress import Progress
from tests.ports import free_ports
from tests.served_folder import served_by, served_folder

TOOL, HELPER = b"a program\n", b"its helper\n"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(progresses, "LOGS", tmp_path / "log")
    monkeypatch.setattr(downloads, "_unreachable", {})
    monkeypatch.setattr(downloads.platform, "machine", lambda: MACHINE)


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(said: io.StringIO) -> Progress:
    return Progress(said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "programs").mkdir()
    return tmp_path / "programs"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A release page on loopback: one file that is a program, and an archive with another."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "tool").write_bytes(TOOL)
    with tarfile.open(page / "more.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("more-1.0/bin/helper")
        member.size = len(HELPER)
        archive.addfile(member, io.BytesIO(HELPER))
    with served_folder(page) as address:
        yield address


@pytest.fixture
def page(served: str, tmp_path: Path) -> Path:
    return tmp_path / "page"


def row(file: Path | str, digest: str = "", **changes: Any) -> dict[str, Any]:
    digest = digest or hashlib.sha256(Path(file).read_bytes()).hexdigest()
    found = {"module": "tools", "version": "1.0", "address": Path(file).name, "sha256": digest}
    return {**found, "listed": "this test", "programs": {"tool": None}, **changes}


def offer(monkeypatch: pytest.MonkeyPatch, where: str, page: Path, *rows: dict[str, Any]) -> None:
    (page / "table.yaml").write_text(yaml.safe_dump(list(rows)))
    monkeypatch.setenv(CHOSEN, f"{where}/table.yaml")


def both(page: Path) -> list[dict[str, Any]]:
    more = row(page / "more.tar.gz", programs={"helper": "more-1.0/bin/helper"})
    return [row(page / "tool"), more]


def test_programs_come_from_files_and_archives_of_the_table(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, served, page, *both(page))
    assert fetch_programs("tools", "1.0", folder, progress) == {"tool", "helper"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"tool": TOOL, "helper": HELPER}
    assert all(path.stat().st_mode & 0o777 == 0o755 for path in folder.iterdir())


def test_a_table_may_be_a_file_beside_what_it_names(
    page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, str(page), page, *both(page))
    assert fetch_programs("tools", "1.0", folder, progress) == {"tool", "helper"}


def test_a_file_that_differs_by_one_byte_is_built_and_the_line_says_why(
    served: str,
    page: Path,
    folder: Path,
    progress: Progress,
    said: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
):
    offer(monkeypatch, served, page, *both(page))
    (page / "tool").write_bytes(TOOL.replace(b"a", b"b", 1))
    assert fetch_programs("tools", "1.0", folder, progress) == {"helper"}
    assert [path.name for path in folder.iterdir()] == ["helper"]
    (line,) = [line for line in said.getvalue().splitlines() if "to be built" in line]
    assert line.startswith("to be built, not downloaded: tool 1.0 (error: ")
    assert hashlib.sha256(TOOL).hexdigest() in line and "is not the file of the table" in line


def test_the_released_table_refuses_files_that_are_not_the_released_ones(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(CHOSEN, raising=False)
    ours = [one.model_copy(update={"address": "tool"}).model_dump() for one in read_table()]
    offer(monkeypatch, served, page, *ours)
    for one in ours:
        assert fetch_programs(one["module"], one["version"], folder, progress) == set()
    assert list(folder.iterdir()) == []


def test_a_network_without_a_way_out_is_asked_once_and_named(
    page: Path, folder: Path, progress: Progress, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    (port,) = free_ports(1)
    away = {"address": f"http://127.0.0.1:{port}/tool"}
    offer(
        monkeypatch,
        str(page),
        page,
        row(page / "tool", **away),
        row(page / "tool", **away, programs={"helper": None}),
    )
    asked: list[str] = []
    opened = downloads.urllib.request.urlopen

    def count(address: str, **named: Any) -> Any:
        asked.append(address)
        return opened(address, **named)

    monkeypatch.setattr(downloads.urllib.request, "urlopen", count)
    assert fetch_programs("tools", "1.0", folder, progress) == set()
    assert len([address for address in asked if str(port) in address]) == 1
    (line,) = [line for line in said.getvalue().splitlines() if "to be built" in line]
    assert "tool, helper 1.0" in line and f"127.0.0.1:{port} cannot be reached" in line and "refused" in line


class Ending(BaseHTTPRequestHandler):
    """Announces a file, sends a part of it, and is gone."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(TOOL)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_download_that_breaks_off_is_built_and_not_taken_for_another_file(
    page: Path, folder: Path, progress: Progress, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    with served_by(Ending) as address:
        offer(monkeypatch, str(page), page, row(page / "tool", address=f"{address}/tool"))
        assert fetch_programs("tools", "1.0", folder, progress) == set()
    assert "to be built, not downloaded: tool 1.0" in said.getvalue()
    assert "ended after" in said.getvalue() and "error:" not in said.getvalue()


def test_what_is_verified_is_not_downloaded_again(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, served, page, *both(page))
    fetch_programs("tools", "1.0", folder, progress)
    for name in ("tool", "more.tar.gz"):
        (page / name).unlink()
    for path in folder.iterdir():
        path.unlink()
    assert fetch_programs("tools", "1.0", folder, progress) == {"tool", "helper"}


def test_an_interrupt_ends_a_download(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, served, page, *both(page))
    monkeypatch.setattr(downloads, "stopping", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        fetch_programs("tools", "1.0", folder, progress)
    assert list(folder.iterdir()) == []


def test_another_version_or_another_processor_is_built(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, served, page, *both(page))
    assert fetch_programs("tools", "1.1", folder, progress) == set()
    monkeypatch.setattr(downloads.platform, "machine", lambda: "aarch64")
    assert fetch_programs("tools", "1.0", folder, progress) == set()


def test_all_mistakes_of_a_table_are_named_at_once(page: Path, monkeypatch: pytest.MonkeyPatch):
    wrong = row(page / "tool", digest="abc", adress="typing error")
    offer(monkeypatch, str(page), page, wrong, {"module": "tools"})
    with pytest.raises(Problem) as told:
        read_table()
    for key in ("0.sha256", "0.adress", "1.version", "1.address", "1.programs"):
        assert key in str(told.value)


def test_a_table_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(CHOSEN, str(tmp_path / "nothing.yaml"))
    with pytest.raises(Problem, match=r"METALML_DOWNLOADS: cannot read the table .*nothing.yaml"):
        read_table()


def test_only_what_was_not_downloaded_is_built(
    served: str, page: Path, folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
):
    offer(monkeypatch, served, page, row(page / "tool"))
    built: list[list[str]] = []

    def build(_step: object, command: list[Any], **_: Any) -> None:
        if command[1] == "build":
            built.append([str(word) for word in command if "/cmd/" in str(word)])
            (folder / "helper").write_bytes(HELPER)

    monkeypatch.setattr(gomodule, "run", build)
    programs = {"tool": "example.com/cmd/tool", "helper": "example.com/cmd/helper"}
    module = GoModule(
        name="tools", title="Tools", directory=page, programs=programs, version="1.0", variables={}
    )
    module._build_in(folder, Path("go"), progress)  # pyright: ignore[reportPrivateUsage]
    assert built == [["example.com/cmd/helper"]]
    assert {path.name for path in folder.iterdir()} == {"tool", "helper"}


def released() -> list[Any]:
    return yaml.safe_load(RELEASED.read_text())


@pytest.mark.parametrize("one", released(), ids=lambda one: one["address"].rpartition("/")[2])
def test_the_released_table_has_what_the_go_modules_pin(one: dict[str, Any]):
    module = {found.name: found for found in vars(modules).values() if isinstance(found, GoModule)}[
        one["module"]
    ]
    assert one["version"] == module.version, "raise the row with the go.mod, or take it out"
    assert one["programs"].keys() <= module.programs.keys()
    assert one["version"] in one["address"] and re.match("https://", one["address"])
    assert one["listed"]
