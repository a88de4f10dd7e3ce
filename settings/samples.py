"""Labelled samples: what a model is asked with, and the right answers (docs/evaluation.md).

Lines of JSON: {"instance": ..., "label": ..., "slice": "night"}. `instance` is what the model is asked with;
`slice` is what the sample is an example of, and may be left out.
"""

import json
from typing import Any

# A ConfigMap takes 1 MiB with everything in it.
LARGEST_BYTES = 900_000
# The slice of all samples together.
ALL = "all"


def read_samples(text: str) -> list[dict[str, Any]]:
    """The samples; a ValueError names the line that is none."""
    samples = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            sample = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error}") from None
        if not isinstance(sample, dict) or not {"instance", "label"} <= sample.keys():
            raise ValueError(f"line {number} must be an object with the keys instance and label")
        if unknown := sample.keys() - {"instance", "label", "slice"}:
            raise ValueError(f"line {number} has the key {min(unknown)}; there are instance, label and slice")
        if not isinstance(sample.get("slice", ""), str) or sample.get("slice") == ALL:
            raise ValueError(f"line {number}: slice must be a text, and not {ALL!r}")
        samples.append(sample)
    if not samples:
        raise ValueError("there is no sample")
    return samples
