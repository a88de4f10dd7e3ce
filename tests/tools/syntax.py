"""The syntax tree of Python source."""

import ast
import gc


def parsed(source: str) -> ast.Module:
    """What `ast.parse` gives, with the garbage collector off meanwhile.

    A finalizer that warns (of a coroutine that was never awaited) runs Python code in the middle of it, and
    CPython 3.11 ends the parse with `SystemError: AST constructor recursion depth mismatch`.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if enabled:
            gc.enable()
