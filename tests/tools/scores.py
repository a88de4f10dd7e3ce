"""What kube-score and checkov find in Kubernetes objects."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.gomodule import GoModule
from local.progress import Progress
from tests.tools.environment import environment

KUBE_SCORE = GoModule(
    name="kube-score",
    title="kube-score",
    directory=Path(__file__).parent / "kube-score",
    programs={"kube-score": "github.com/zegl/kube-score/cmd/kube-score"},
    variables={},
)
# Its grades go from 1, critical, over 5, a warning, to 10.
CRITICAL = 1
CHECKOV = Path(__file__).with_name("checkov-requirements.txt")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check that one object fails."""

    check: str
    """Such as CKV_K8S_43 or container-image-tag."""
    of: str
    """Kind.namespace.name of the object."""
    says: str

    def __str__(self) -> str:
        return f"{self.check} {self.of}: {self.says}"


def kube_score(file: Path) -> Iterator[Finding]:
    """The critical findings of kube-score."""
    program = KUBE_SCORE.build(Progress()).path("kube-score")
    # It ends with 1 when there are any.
    done = subprocess.run([program, "score", "-o", "json", file], capture_output=True, text=True)
    for one in json.loads(done.stdout):
        meta = one["object_meta"]
        name = f"{one['type_meta']['kind']}.{meta.get('namespace', '')}.{meta['name']}"
        for check in one["checks"]:
            if check["grade"] == CRITICAL and not check["skipped"]:
                comments = check["comments"] or []
                says = "; ".join(comment["summary"] for comment in comments) or check["check"]["name"]
                yield Finding(check=check["check"]["id"], of=name, says=says)


def checkov(file: Path) -> Iterator[Finding]:
    """The failed checks of checkov."""
    program = environment("checkov", CHECKOV) / "bin/checkov"
    command = [program, "--file", file, "--framework", "kubernetes", "--output", "json", "--compact"]
    done = subprocess.run([*command, "--quiet", "--skip-download"], capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert not found["summary"]["parsing_errors"], done.stderr
    for one in found["results"]["failed_checks"]:
        yield Finding(check=one["check_id"], of=one["resource"], says=one["check_name"])
