"""rsyslog in Fluentd's place: the same files, and its buffer and retries from the same parameters."""

import os
import subprocess
from pathlib import Path

from tests.logs.parameters import Parameters

# Where Fluentd finds the pods' logs; the stand-in finds the same files below a folder of the test.
PODS = "/var/log/pods"
TEMPLATE = Path(__file__).with_name("rsyslog.conf")
LIBRARIES = "usr/lib/x86_64-linux-gnu"
# Named as the queue is.
BUFFER = "output"


def configuration(given: Parameters, pods: Path, state: Path, port: int) -> str:
    """rsyslog.conf: the parameters in rsyslog's words."""
    assert given.retry_forever
    assert given.overflow == "block"
    assert {"source", "time", "stream", "message"} <= set(given.id_of)
    # Files of rotations end in a digit, those that the kubelet has compressed in .gz.
    assert any(pattern.endswith(".gz") for pattern in given.excluded)
    followed = [
        f"{pattern.replace(PODS, str(pods))}{'[0-9]' if pattern.endswith('*') else ''}"
        for pattern in given.patterns
    ]
    inputs = "\n".join(
        f'input(type="imfile" file="{pattern}" tag="cri" ruleset="bring"'
        ' addMetadata="on" persistStateAfterSubmission="on")'
        for pattern in followed
    )
    text = TEMPLATE.read_text()
    for name, value in {
        "INPUTS": inputs,
        "STATE": state,
        "PORT": port,
        "PREFIX": given.index_prefix,
        "OPERATION": given.write_operation,
        "LIMIT": given.buffer_bytes,
        "CHUNK": given.chunk_bytes,
        "THREADS": given.flush_threads,
        "FLUSH_MILLISECONDS": given.flush_seconds * 1000,
        "RETRY": given.retry_wait,
        "RETRY_MAX": given.retry_max,
    }.items():
        text = text.replace(f"@{name}@", str(value))
    return text


class Collector:
    """A collector that can be killed, with all that it has to know again in one folder."""

    def __init__(self, root: Path, given: Parameters, pods: Path, folder: Path, port: int) -> None:
        self._root, self._folder = root, folder
        self._state = folder / "state"
        self._state.mkdir(parents=True)
        self._file = folder / "rsyslog.conf"
        self._file.write_text(configuration(given, pods, self._state, port))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Go on where the state says."""
        libraries = self._root / LIBRARIES
        command = [self._root / "usr/sbin/rsyslogd", "-n", "-f", self._file, "-i", self._folder / "pid"]
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*command, "-M", libraries / "rsyslog"],
                env={**os.environ, "LD_LIBRARY_PATH": str(libraries)},
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """As the kernel does when memory is short: nothing is told, nothing is written."""
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        self._process.kill()
        self._process.wait()
        # Of the process that is gone; it would keep the next from starting.
        (self._folder / "pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it, and wait."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def buffered(self) -> int:
        """Bytes of the node's disk that lines which wait take."""
        found = 0
        for file in self._state.glob(f"{BUFFER}.[0-9]*"):
            try:
                found += file.stat().st_size
            except FileNotFoundError:
                continue
        return found

    @property
    def refused(self) -> str:
        """What the back end refused for good."""
        file = self._state / "refused.json"
        return file.read_text() if file.exists() else ""
