"""What of an object is no longer as the program made it."""

from collections.abc import Callable, Mapping
from typing import Any


def drifted(inputs: Any, live: Any, meant: Callable[[], Any]) -> Any:
    """The inputs as they would have to be to say what is there; the same inputs where nothing drifted.

    Only paths of the inputs are looked at, so what the API server adds never looks like a change. `meant`
    asks the API server what it would make of the inputs: it writes 1000m as 1 and leaves out what is empty.
    It is called only when something is not there word for word.
    """
    if _overlay(inputs, live, inputs) == inputs:
        return inputs
    return _overlay(inputs, live, meant())


def _overlay(inputs: Any, live: Any, meant: Any) -> Any:
    if live == meant:
        return inputs
    if isinstance(inputs, Mapping) and isinstance(live, Mapping) and isinstance(meant, Mapping):
        return {
            key: _overlay(value, live.get(key), meant.get(key))
            for key, value in inputs.items()
            if key in live or key not in meant
        }
    lists = [one for one in (inputs, live, meant) if isinstance(one, list)]
    if len(lists) == 3 and len({len(one) for one in lists}) == 1:
        return [_overlay(*items) for items in zip(*lists, strict=True)]
    return live
