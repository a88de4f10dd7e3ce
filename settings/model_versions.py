"""The versions of a model that a folder of the operator's computer has."""

import re
from pathlib import Path

VERSION = re.compile(r"0|[1-9][0-9]*")
SAVED_MODEL = "saved_model.pb"


def versions_in(source: Path) -> tuple[int, ...]:
    """The numbers of the folders of `source` that hold a SavedModel, lowest first; none for no folder."""
    try:
        found = [folder.name for folder in source.iterdir() if (folder / SAVED_MODEL).is_file()]
    except OSError:
        return ()
    return tuple(sorted(int(name) for name in found if VERSION.fullmatch(name)))
