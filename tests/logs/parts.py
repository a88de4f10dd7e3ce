"""The programs that stand in for Fluentd and Elasticsearch, fetched once and kept in the build cache."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from local import cache

OPENSEARCH = Path(__file__).parent / "opensearch"
# OpenSearch 3 needs it.
LEAST_JAVA = 21
# With the libraries that no small installation has.
RSYSLOG = ("rsyslog", "rsyslog-elasticsearch", "libestr0", "libfastjson4")
MARK = ".complete"


class MissingPart(RuntimeError):
    """A part that cannot be had on this computer."""


def java() -> Path:
    """The java program of an installation that is new enough and can compile."""
    for program in sorted(Path("/usr/lib/jvm").glob("*/bin/javac"), reverse=True):
        said = subprocess.run([program, "-version"], capture_output=True, text=True).stdout
        if int(said.removeprefix("javac ").split(".")[0] or 0) >= LEAST_JAVA:
            return program.with_name("java")
    raise MissingPart(f"no JDK {LEAST_JAVA} or later in /usr/lib/jvm")


def opensearch_jars() -> Path:
    """The folder with OpenSearch's jars."""
    if shutil.which("mvn") is None:
        raise MissingPart("no mvn")
    pom = OPENSEARCH / "pom.xml"

    def fetch(folder: Path) -> None:
        maven = ["mvn", "--quiet", "--batch-mode", "--file", pom, "dependency:copy-dependencies"]
        done = subprocess.run([*maven, f"-DoutputDirectory={folder}"], timeout=600)
        if done.returncode:
            raise MissingPart("Maven has not the jars of OpenSearch")

    return _once("opensearch", cache.key_of(pom), fetch)


def rsyslog() -> Path:
    """The root of a tree with rsyslogd and its modules, which is not installed."""
    if shutil.which("apt-get") is None:
        raise MissingPart("no apt-get")

    def fetch(folder: Path) -> None:
        try:
            subprocess.run(["apt-get", "--quiet", "download", *RSYSLOG], cwd=folder, check=True, timeout=300)
        except subprocess.CalledProcessError as error:
            raise MissingPart(f"apt-get has not all of {', '.join(RSYSLOG)}") from error
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)

    return _once("rsyslog", cache.key_of(*RSYSLOG), fetch)


def _once(name: str, key: str, fetch: Callable[[Path], None]) -> Path:
    folder = cache.cache_root() / name / key[:16]
    with cache.alone(name, key):
        if not (folder / MARK).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            fetch(folder)
            (folder / MARK).touch()
    return folder
