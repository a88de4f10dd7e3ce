"""Layers and the stacks below."""

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.given import GONE

LAYERS = {
    "unknown layer": Bad(
        change={"layers": ["cluster", "plattform"]},
        at="layers[1]",
        says=("'cluster', 'platform' or 'models'",),
    ),
    "no layer": Bad(change={"layers": []}, at="layers", says=("given:   none", "leave the key out for all")),
    "layers in the wrong order": Bad(
        change={"layers": ["platform", "cluster", "models"]}, at="layers", says=("in this order",)
    ),
    "gap between layers": Bad(
        change={"layers": ["cluster", "models"], "platform": GONE}, at="layers", says=("without a gap",)
    ),
    "layer twice": Bad(
        change={"layers": ["cluster", "platform", "models", "models"]}, at="layers", says=("each once",)
    ),
    "settings of a layer that another stack owns": Bad(
        change={"layers": ["cluster", "platform"]},
        at="models",
        says=("does not own", "move models to the stack"),
    ),
    "upstream of the stack's own layer": Bad(
        change={"upstream": {"cluster": "prod-cluster"}}, at="upstream.cluster", says=("remove the line",)
    ),
    "no upstream": Bad(
        change={"layers": ["platform", "models"], "cluster": GONE, "machines": GONE},
        at="upstream.cluster",
        says=("missing", "the stack that owns cluster", "ends in -platform"),
    ),
}
