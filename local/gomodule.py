"""Programs of a pinned Go module (a folder with go.mod and go.sum): downloaded or built, once per content."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from local import cache
from local.downloads import fetch_programs
from local.golang import find_go, go_environment, installed_go
from local.process import must, run
from local.progress import Progress

# Nothing of this computer gets into the programs: the same sources give the same bytes.
# Nothing for debuggers, which the linker would leave out: an eighth of the build's time (etcd, 2026-12-01).
FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false")
# No flags of the user's own: they would change the bytes but not the key.
ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": ""}


@dataclass(frozen=True, kw_only=True)
class GoModule:
    """What is built from one go.mod."""

    name: str
    title: str
    directory: Path
    # Name of the program -> the package it is built from.
    programs: dict[str, str]
    # The version that the go.mod requires of what is built; a release with it may be downloaded instead.
    version: str = ""
    # Go variables set at link time: versions that a program would else read from its repository's tags.
    variables: dict[str, str]
    # Whether its libraries stay those of its release; the others of `make up` have one version of each
    # (align_modules.py).
    own_libraries: bool = False
    # How long the build takes on a quiet computer of two processors, downloads of sources included.
    seconds: int = 30
    # Of disk that it takes, with the sources and what the compiler keeps.
    gibibytes: float = 0.5
    # Files that the program here embeds -> the same in the modules that it requires: they are not copied.
    embedded: Mapping[str, "ModuleFile"] = field(default_factory=dict)

    @property
    def ldflags(self) -> str:
        """The linker's flags: no symbol table, and the variables."""
        return " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.variables.items())])

    def find(self) -> cache.Entry | None:
        """The cache entry with the programs, if they were built before."""
        go = installed_go()
        return cache.find("go-build", self._key(go)) if go else None

    def build(self, progress: Progress) -> cache.Entry:
        """The cache entry with the programs, built now if there is none."""
        go = find_go(progress)
        key = self._key(go)
        return cache.find("go-build", key) or cache.build(
            "go-build", key, lambda target: self._build_in(target, go, progress)
        )

    def _key(self, go: Path) -> str:
        return cache.key_of(
            self.directory / "go.mod",
            self.directory / "go.sum",
            # A module that has its program here besides what it requires.
            *sorted(self.directory.glob("*.go")),
            go_environment(go),
            *FLAGS,
            self.ldflags,
            *(f"{name}={package}" for name, package in sorted(self.programs.items())),
            *(f"{name}={file.module}/{file.path}" for name, file in sorted(self.embedded.items())),
        )

    def _build_in(self, target: Path, go: Path, progress: Progress) -> None:
        fetched = fetch_programs(self.name, self.version, target, progress)
        built = {name: package for name, package in self.programs.items() if name not in fetched}
        if built:
            self._compile_to(target, go, built, progress)

    def _compile_to(self, target: Path, go: Path, programs: Mapping[str, str], progress: Progress) -> None:
        packages = list(programs.values())
        with self._overlay(go) as overlay:
            with progress.step(f"download-{self.name}", f"{self.title}: download") as step:
                # Needs the source of every package, and so downloads what the build will use, no more.
                command = [go, "list", "-mod=readonly", *overlay, "-deps", *packages]
                run(step, command, cwd=self.directory, env=ENVIRONMENT)
            with progress.step(f"build-{self.name}", f"{self.title}: build") as step:
                command = [go, "build", *FLAGS, *overlay, "-ldflags", self.ldflags, "-o", f"{target}/"]
                run(step, [*command, *packages], cwd=self.directory, env=ENVIRONMENT)
        for name, package in programs.items():
            (target / built_name(package)).rename(target / name)

    @contextmanager
    def _overlay(self, go: Path) -> Iterator[list[str]]:
        """The flag by which Go sees the embedded files in this folder, as long as the block lasts."""
        if not self.embedded:
            yield []
            return
        files = {
            str(self.directory / name): str(file.fetch(go, self.directory))
            for name, file in self.embedded.items()
        }
        with NamedTemporaryFile("w", suffix=".json") as overlay:
            json.dump({"Replace": files}, overlay)
            overlay.flush()
            yield [f"-overlay={overlay.name}"]


@dataclass(frozen=True, kw_only=True)
class ModuleFile:
    """A file in a required module, which the module proxy serves with the module's sources."""

    module: str
    path: str

    def fetch(self, go: Path, directory: Path) -> Path:
        """The file on this computer, in the version that the go.mod in `directory` requires."""
        found = json.loads(must([go, "-C", directory, "mod", "download", "-json", self.module]))
        return Path(found["Dir"]) / self.path


def built_name(package: str) -> str:
    """What `go build` calls the program: the last part of the package's path that is not a major version."""
    *_, before, last = package.split("/")
    return before if last[:1] == "v" and last[1:].isdigit() else last
