"""Texts for machines, held against what they were when somebody last read them."""

import os
from pathlib import Path


def expect_snapshot(path: Path, text: str) -> None:
    """A difference is either a mistake or a change to look at: `METALML_ACCEPT=1 pytest` writes it anew."""
    if os.environ.get("METALML_ACCEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} changed; METALML_ACCEPT=1 accepts it"
