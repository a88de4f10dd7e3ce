"""A checkout of its own, in which a test runs `make up` and the rest as a user would."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from local.stack import backend_url

REPOSITORY = Path(__file__).resolve().parents[2]
# Seconds. A cold `make up` builds for a quarter of an hour; with filled caches one takes two minutes.
LONGEST = 3600


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a command ended."""

    code: int
    text: str
    seconds: float


class Project:
    """A copy of the tracked files with its own `.local`, so that nobody's dev stack is touched."""

    def __init__(self, folder: Path) -> None:
        """The copy in a folder, made now if there is none."""
        self.folder = folder
        local = folder / ".local"
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(local / "user-state"),
            "TMPDIR": str(local / "tmp"),
        }
        if not (folder / ".local").exists():
            self._copy()

    def release(self, commit: str) -> None:
        """Put the tracked files of a commit in the place of those that are there."""
        self._empty()
        archive = subprocess.run(
            ["git", "archive", commit], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "--extract"], cwd=self.folder, input=archive.stdout, check=True)

    def today(self) -> None:
        """Put this checkout's files in the place of those that are there."""
        self._empty()
        self._copy_files()

    def _empty(self) -> None:
        for path in self.folder.iterdir():
            if path.name == ".local" or path.match("Pulumi.*.yaml"):
                continue
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def _copy(self) -> None:
        self._copy_files()
        (self.folder / ".local" / "tmp").mkdir(parents=True)
        # The environment is the same for every checkout; making it anew would only cost a minute.
        (self.folder / ".local" / "venv").symlink_to(REPOSITORY / ".local" / "venv")

    def _copy_files(self) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            check=True,
            capture_output=True,
            text=True,
        )
        for name in listed.stdout.splitlines():
            if (REPOSITORY / name).exists():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, self.folder / name, follow_symlinks=False)

    def beside(self, folder: Path) -> Self:
        """Another checkout with the same state, keys and cluster, for stacks of its own at the same time."""
        other = type(self)(folder)
        for path in (self.folder / ".local").iterdir():
            # What a run writes for itself stays apart.
            if path.name not in ("venv", "log", "config", "tmp", "user-state"):
                (folder / ".local" / path.name).symlink_to(path)
        return other

    def start(self, command: str, stack: str, *, module: str = "local") -> subprocess.Popen[str]:
        """Begin a command of a module in a process group of its own."""
        return subprocess.Popen(
            [self.folder / ".local/venv/bin/python", "-m", module, command, stack],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str, stack: str, *, module: str = "local") -> Run:
        """Run a command to its end, or end it when we are interrupted: its group hears no Ctrl-C of ours."""
        began = time.monotonic()
        process = self.start(command, stack, module=module)
        try:
            text, _ = process.communicate(timeout=LONGEST)
        except BaseException:
            # The first lets what runs finish, the second ends it at once.
            for _ in range(2):
                process.send_signal(signal.SIGTERM)
                time.sleep(1)
            process.communicate()
            raise
        return Run(code=process.returncode, text=text, seconds=time.monotonic() - began)

    def sweep(self, stack: str) -> None:
        """Take what a stack's machines are off this computer, without asking them; its state stays."""
        config = self.settings(stack)["config"]
        ranges = [machine["podRange"] for machine in config["metalml:machines"]]
        command = ["bash", "local/sweep.sh", config["metalml:cluster"]["name"], *ranges]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def must(self, command: str, stack: str) -> Run:
        """Run a command that has to succeed."""
        run = self.run(command, stack)
        log = self.folder / ".local/log" / f"{command}.log"
        tail = log.read_text()[-6000:] if log.exists() else ""
        assert run.code == 0, f"{command} {stack} ended with {run.code}:\n{run.text}\n{tail}"
        return run

    def settings(self, stack: str) -> dict[str, Any]:
        """What Pulumi.<stack>.yaml says."""
        return yaml.safe_load((self.folder / f"Pulumi.{stack}.yaml").read_text())

    def write(self, stack: str, settings: Mapping[str, Any]) -> None:
        """Write Pulumi.<stack>.yaml."""
        (self.folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(dict(settings), sort_keys=False))

    def edit(self, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the settings in place, as a user with an editor."""
        settings = self.settings(stack)
        change(settings["config"])
        self.write(stack, settings)

    def log(self, command: str) -> str:
        """The engine's whole output of the last run of a command."""
        return (self.folder / ".local/log" / f"{command}.log").read_text()

    def engine(self, *arguments: str) -> str:
        """Ask the engine about the state; secrets stay encrypted."""
        environment = {
            **self.environment,
            "PULUMI_HOME": str(self.folder / ".local/pulumi"),
            "PULUMI_BACKEND_URL": backend_url(self.folder / ".local/state"),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.folder / ".local/passphrase"),
        }
        binary = self.folder / ".local/pulumi/bin/pulumi"
        return subprocess.run(
            [binary, *arguments], cwd=self.folder, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def forget(self, stack: str) -> None:
        """Drop a stack's state and settings, and leave what it made to somebody else."""
        for file in (self.folder / ".local/state/.pulumi/stacks").glob(f"*/{stack}.json*"):
            file.unlink()
        (self.folder / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)

    def resources(self, stack: str) -> dict[str, dict[str, Any]]:
        """The stack's resources, by name."""
        state = json.loads(self.engine("stack", "export", "--stack", stack))
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in state["deployment"].get("resources", [])
        }

    def kubectl(self, *arguments: str) -> str:
        """Ask the cluster."""
        local = self.folder / ".local"
        command = [local / "bin/kubectl", "--kubeconfig", local / "kubeconfig", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def apply(self, thing: Mapping[str, Any]) -> None:
        """Put an object on the cluster that no stack knows."""
        local = self.folder / ".local"
        command = [local / "bin/kubectl", "--kubeconfig", local / "kubeconfig", "apply", "--filename", "-"]
        subprocess.run(command, input=json.dumps(thing), check=True, capture_output=True, text=True)


def has_commit(commit: str) -> bool:
    """Whether this clone has the commit; a shallow one may not."""
    asked = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(asked, cwd=REPOSITORY, capture_output=True).returncode == 0


def settings_on(
    project: Project, *, cluster: str, machines: str, pods: str, stack: str = "dev"
) -> dict[str, Any]:
    """A stack's settings on other ranges, given by their first numbers, such as 10.87.0 and 10.245."""
    text = (project.folder / f"Pulumi.{stack}.yaml").read_text()
    given = yaml.safe_load(text)["config"]["metalml:cluster"]
    text = text.replace(_numbers(given["machineRange"], 3), f"{machines}.")
    text = text.replace(_numbers(given["podRange"], 2), f"{pods}.")
    settings = yaml.safe_load(text)
    config = settings["config"]
    config["metalml:cluster"]["name"] = cluster
    config["metalml:cluster"]["localMachines"]["network"] = f"metalml-{cluster}"
    return settings


def _numbers(address_range: str, count: int) -> str:
    """The first numbers of a range, each with its dot."""
    return "".join(f"{number}." for number in address_range.split(".")[:count])
