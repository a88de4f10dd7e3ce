"""Words as Markdown, so that nothing in them is read as something else."""

import os
import re
from collections.abc import Callable, Iterable, Sequence

# Code between backticks is split off, at odd places.
CODE = re.compile(r"(`[^`]*`)")
# Files of the repository that a text names, such as docs/gpu.md.
FILE = re.compile(r"\b(?:docs|components)(?:/[\w.-]*\w)+")
PAGES = "docs"


def text(words: str) -> str:
    """Words with code between backticks; files of the repository become links from a page in docs/."""
    return _outside_code(words, lambda plain: FILE.sub(_file, plain.replace("<", "&lt;").replace("*", r"\*")))


def plain(words: str) -> str:
    """Words without any code, such as those of an error message."""
    return re.sub(r"([<*`~_])", lambda found: "&lt;" if found[0] == "<" else rf"\{found[0]}", words)


def anchor(heading: str) -> str:
    """Where a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link(words: str, heading: str) -> str:
    """A link to a heading of the same page."""
    return f"[{words}](#{anchor(heading)})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar would end a cell, also one in code."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(words: str) -> str:
    return words.replace("|", r"\|")


def _outside_code(words: str, change: Callable[[str], str]) -> str:
    parts = CODE.split(words)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def _file(found: re.Match[str]) -> str:
    path = found[0]
    return f"[{path.removeprefix(f'{PAGES}/')}]({os.path.relpath(path, PAGES)})"
