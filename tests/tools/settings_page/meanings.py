"""The docstrings under assignments: of fields, of members of enums, of named types.

Python does not keep them. Pydantic would for fields (`use_attribute_docstrings`), and would read all of the
source for it at each start of the program, which has no use for them.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from tests.tools.syntax import parsed


def of_attributes(owner: type) -> dict[str, str]:
    """What is said of each attribute of a class of the settings, there or where it is inherited from."""
    said: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.partition(".")[0] == "settings":
            said |= _said_in(_class(base).body)
    return said


def of_names(module: str) -> dict[str, str]:
    """What is said of each name that a module assigns."""
    return dict(_said_in(_tree(module).body))


@cache
def _tree(module: str) -> ast.Module:
    return parsed(inspect.getsource(sys.modules[module]))


def _class(owner: type) -> ast.ClassDef:
    return next(
        node
        for node in _tree(owner.__module__).body
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__
    )


def _said_in(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for assignment, text in pairwise(body):
        match assignment, text:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(said))),
            ):
                yield name, " ".join(said.split())
