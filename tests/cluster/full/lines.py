"""A model in many versions whose answers tell which one it was that answered."""

import base64
import io
import json
import tarfile
import time
from pathlib import Path
from typing import Any

from local.model_server.build import REFERENCE
from tests.cluster.full.cluster import FullCluster
from tests.cluster.load import Load
from tests.waits import LONGEST

SCRIPT = Path(__file__).with_name("make_lines.py")
BODY = b'{"instances": [0.0]}'


def make_lines(full: FullCluster, folder: Path, count: int) -> None:
    """Make the versions 1 to `count` in a folder, with the TensorFlow of the server's image in a pod."""
    name = "make-lines"
    full.kubectl("delete", "pod", name, "--namespace", "ml", "--ignore-not-found")
    full.project.apply(_pod(name, count))
    deadline = time.monotonic() + LONGEST
    while (phase := full.get("pod", name)["status"]["phase"]) not in ("Succeeded", "Failed"):
        assert time.monotonic() < deadline, f"the pod {name} is {phase}"
        time.sleep(0.5)
    log = full.kubectl("logs", name, "--namespace", "ml")
    full.kubectl("delete", "pod", name, "--namespace", "ml", "--wait=false")
    text = log.rpartition("archive: ")[2]
    assert phase == "Succeeded", log
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(text)), mode="r:gz") as tar:
        tar.extractall(folder, filter="data")


def write_samples(file: Path, version: int, **first: str) -> None:
    """Write questions and what the version answers, as an evaluation reads them; `first` adds to one."""
    samples: list[dict[str, Any]] = [{"instance": float(x), "label": 0.5 * x + version} for x in range(40)]
    samples[0] |= first
    file.write_text("\n".join(map(json.dumps, samples)))


def version_of(answer: bytes) -> str:
    """Which version answered BODY."""
    (value,) = json.loads(answer)["predictions"]
    return f"version {value:g}"


def until_answers(url: str, *versions: str, headers: dict[str, str] | None = None) -> None:
    """Wait until these versions, and no others, answer who connects: all hear of a change a moment later."""
    deadline = time.monotonic() + LONGEST
    while True:
        with Load(url, clients=2, per_second=100, body=BODY, kind=version_of, headers=headers) as load:
            load.until(50)
        if set(load.answers) == set(versions) and not load.failures:
            return
        assert time.monotonic() < deadline, load.told()


def _pod(name: str, count: int) -> dict[str, object]:
    versions = [str(number) for number in range(1, count + 1)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ml"},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "make",
                    "image": REFERENCE,
                    "command": ["/usr/bin/python3", "-c", SCRIPT.read_text(), "/tmp/lines", *versions],
                    "env": [{"name": "PYTHONPATH", "value": "/opt/model-server/packages"}],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                }
            ],
            "volumes": [{"name": "tmp", "emptyDir": {}}],
        },
    }
