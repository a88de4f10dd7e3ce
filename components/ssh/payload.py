"""The payload of a step: its scripts and the files they install, in one text.

The format is line-based, so that a preview shows a changed line as one line. scripts/node/launch.sh parses
it.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NODE_SCRIPTS = Path(__file__).parent / "scripts/node"

# The line by which a node script sources a script of scripts/node.
SOURCED = re.compile(r'^source "\$\(dirname "\$\{BASH_SOURCE\[0\]\}"\)/([a-z-]+\.sh)"$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class MachineFile:
    """A file to install on a machine."""

    path: str
    text: str
    mode: str = "0644"
    """0644 where services that do not run as root read it, otherwise 0600."""


def script_text(script: Path) -> str:
    """The text of a script without shellcheck directives, whose paths must not become inputs."""
    lines = script.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# shellcheck "))


def payload(
    script: Path, files: tuple[MachineFile, ...] = (), parameters: Mapping[str, str] | None = None
) -> str:
    """The payload of one step: a script, the scripts that it sources, its parameters, and files to install.

    Raises ValueError for a text with a line that begins with `--- `, the heading of a section.
    """
    main = script_text(script)
    sections = [
        ("script run.sh", script_text(NODE_SCRIPTS / "run.sh")),
        *((f"script {name}", script_text(NODE_SCRIPTS / name)) for name in SOURCED.findall(main)),
        ("script main.sh", main),
    ]
    if parameters:
        lines = (f"{key}={shlex.quote(value)}\n" for key, value in parameters.items())
        sections.append(("script params.sh", "".join(lines)))
    sections += ((f"file {file.path} {file.mode}", file.text) for file in files)
    for heading, text in sections:
        if any(line.startswith("--- ") for line in text.splitlines()):
            raise ValueError(f"{heading}: a line that begins with '--- ' would end the section")
    return "".join(f"--- {heading}\n{text.rstrip()}\n" for heading, text in sections)
