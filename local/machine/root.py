"""The root filesystem of local machines: debootstrap of the host's own suite, from the host's own mirror."""

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import cache
from local.errors import Problem
from local.paths import MACHINE_ROOT
from local.plan import Work
from local.process import must, output, run
from local.progress import Progress

ARCHIVE = "root.tar"
_FOLDER = Path(__file__).parent
SCRIPT = _FOLDER / "build-root.sh"
PACKAGES = _FOLDER / "packages.txt"
KEYRINGS = {
    "debian": "/usr/share/keyrings/debian-archive-keyring.gpg",
    "ubuntu": "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
}
# Ubuntu keeps conntrack and runc's companions in universe.
COMPONENTS = {"debian": "main", "ubuntu": "main,universe"}


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The distribution that this computer runs."""

    name: str
    suite: str


WORK = Work(title="Root filesystem of the machines", seconds=99, gibibytes=0.7)


def build_root(progress: Progress) -> cache.Entry:
    """The cache entry with the root filesystem as one archive."""
    entry = find_root()
    if entry:
        return entry
    host = _host()
    with progress.step("machine-root", f"{WORK.title} ({host.name} {host.suite})") as step:
        mirror = find_mirror(
            output(["apt-get", "indextargets", "--format", "$(CREATED_BY) $(RELEASE) $(REPO_URI)"]), host
        )

        def make(target: Path) -> None:
            folder = target / "root"
            arguments = [PACKAGES, host.suite, mirror, COMPONENTS[host.name], KEYRINGS[host.name]]
            # In a mount namespace of its own: a killed debootstrap leaves no /proc mounted in the folder.
            run(step, ["unshare", "--mount", "bash", SCRIPT, folder, *arguments])
            tar = ["tar", "--create", "--numeric-owner", "--xattrs", "--sort=name"]
            run(step, [*tar, "--directory", folder, "--file", target / ARCHIVE, "."])
            shutil.rmtree(folder)

        return cache.build("root", _key(host), make)


def find_root() -> cache.Entry | None:
    """The same, if it was built before."""
    return cache.find("root", _key(_host()))


def _host() -> Distribution:
    return read_distribution(Path("/etc/os-release").read_text())


def _key(host: Distribution) -> str:
    return cache.key_of(SCRIPT, PACKAGES, host.name, host.suite, output(["dpkg", "--print-architecture"]))


def place_root(progress: Progress, entry: cache.Entry) -> None:
    """Unpack the root filesystem to `.local/root`, where the settings look for it.

    Machines that run stand on the one that is there: it is exchanged only while there are none.
    """
    mark = MACHINE_ROOT.with_suffix(".digest")
    if MACHINE_ROOT.exists() and mark.exists() and mark.read_text() == entry.digest:
        return
    if MACHINE_ROOT.exists() and str(MACHINE_ROOT) in Path("/proc/mounts").read_text():
        progress.say(
            "the machines keep their root filesystem; the newer one is for machines made after `make down`"
        )
        return
    with progress.step("unpack-root", "Unpack the machines' root filesystem"):
        mark.unlink(missing_ok=True)
        shutil.rmtree(MACHINE_ROOT, ignore_errors=True)
        unpack(entry.path(ARCHIVE), MACHINE_ROOT)
        mark.write_text(entry.digest)


def unpack(archive: Path, folder: Path) -> None:
    """Extract a root filesystem as it was: owners, modes, extended attributes."""
    folder.mkdir(parents=True, exist_ok=True)
    tar = ["tar", "--extract", "--numeric-owner", "--xattrs", "--preserve-permissions"]
    must([*tar, "--directory", folder, "--file", archive])


def read_distribution(os_release: str) -> Distribution:
    """The distribution, from the text of /etc/os-release."""
    fields = dict(part.split("=", 1) for part in shlex.split(os_release, comments=True) if "=" in part)
    if fields.get("ID") not in KEYRINGS or "VERSION_CODENAME" not in fields:
        raise Problem(
            f"local machines need Debian or Ubuntu here, this is {fields.get('PRETTY_NAME', 'unknown')}"
        )
    return Distribution(name=fields["ID"], suite=fields["VERSION_CODENAME"])


def find_mirror(index_targets: str, host: Distribution) -> str:
    """The mirror that apt takes the host's own suite from."""
    found = re.search(rf"^Packages {re.escape(host.suite)} (\S+)$", index_targets, re.MULTILINE)
    if not found:
        raise Problem(
            f"apt has no source for the suite {host.suite}: see /etc/apt/sources.list and run apt-get update"
        )
    return found.group(1).rstrip("/")
