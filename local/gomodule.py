"""Builds programs from a pinned Go module (a folder with go.mod and go.sum), once per content."""

from dataclasses import dataclass
from pathlib import Path

from local import cache
from local.golang import find_go
from local.process import output, run
from local.progress import Progress

# Nothing of this computer gets into the programs: the same sources give the same bytes.
FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false")


@dataclass(frozen=True, kw_only=True)
class GoModule:
    """What is built from one go.mod."""

    name: str
    title: str
    directory: Path
    # Name of the program -> the package it is built from.
    programs: dict[str, str]
    # Go variables set at link time: versions that a program would else read from its repository's tags.
    variables: dict[str, str]

    @property
    def ldflags(self) -> str:
        """The linker's flags: no symbol table, and the variables."""
        return " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.variables.items())])

    def build(self, progress: Progress) -> cache.Entry:
        """The cache entry with the programs, built now if there is none."""
        go = find_go(progress)
        key = cache.key_of(
            self.directory / "go.mod",
            self.directory / "go.sum",
            # A module that has its program here besides what it requires.
            *sorted(self.directory.glob("*.go")),
            output([go, "env", "GOVERSION", "GOOS", "GOARCH"]),
            *FLAGS,
            self.ldflags,
            *(f"{name}={package}" for name, package in sorted(self.programs.items())),
        )
        entry = cache.find("go-build", key)
        if entry:
            return entry
        return cache.build("go-build", key, lambda target: self._build_in(target, go, progress))

    def _build_in(self, target: Path, go: Path, progress: Progress) -> None:
        packages = list(self.programs.values())
        # No flags of the user's own: they would change the bytes but not the key.
        env = {"CGO_ENABLED": "0", "GOFLAGS": ""}
        with progress.step(f"download-{self.name}", f"{self.title}: download") as step:
            # Needs the source of every package, and so downloads what the build will use, no more.
            run(step, [go, "list", "-mod=readonly", "-deps", *packages], cwd=self.directory, env=env)
        with progress.step(f"build-{self.name}", f"{self.title}: build") as step:
            command = [go, "build", *FLAGS, "-ldflags", self.ldflags, "-o", f"{target}/"]
            run(step, [*command, *packages], cwd=self.directory, env=env)
        for name, package in self.programs.items():
            (target / built_name(package)).rename(target / name)


def built_name(package: str) -> str:
    """What `go build` calls the program: the last part of the package's path that is not a major version."""
    *_, before, last = package.split("/")
    return before if last[:1] == "v" and last[1:].isdigit() else last
