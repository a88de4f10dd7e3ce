"""Property paths as the engine writes them: spec.containers[0].image, metadata.labels["a.io/name"]."""

import re

_PART = re.compile(r'\.?(?P<key>[^.\["\]]+)|\[(?P<index>\d+|\*)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]')
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def joined(path: str, key: str) -> str:
    """The path of a key below `path`."""
    if not _PLAIN_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


def within(path: str, parent: str) -> bool:
    """Whether `path` is `parent` or lies below it; a `*` in the parent is any index or key."""
    inner, outer = _parts(path), _parts(parent)
    return len(inner) >= len(outer) and all(
        wanted in ("*", found) for found, wanted in zip(inner, outer, strict=False)
    )


def leads_to(path: str, target: str) -> bool:
    """Whether `target` is `path` or lies below it; a `*` in the target is any index or key."""
    outer, inner = _parts(path), _parts(target)
    return len(inner) >= len(outer) and all(
        wanted in ("*", found) for found, wanted in zip(outer, inner, strict=False)
    )


def _parts(path: str) -> list[str]:
    return [
        re.sub(r"\\(.)", r"\1", match["quoted"])
        if match["quoted"] is not None
        else match["key"] or match["index"]
        for match in _PART.finditer(path)
    ]
