"""Asks a model for the answers to labelled samples and tells the Pushgateway how good they were.

It runs in a pod of its own, as a file beside the samples, with nothing but Python's standard library.

Samples are lines of JSON: {"instance": ..., "label": ..., "slice": "night"}. `instance` is what the model is
asked with; `slice` is what the sample is an example of, and may be left out. An answer is right

* if it is a number within TOLERANCE of the label, of 1 or of the label's own size, whichever is more;
* if it is a list of numbers, one for each class, and the highest is at the label;
* if it is a list as the label is one, and each number is right;
* if it is anything else and the same as the label.

Drift is how far apart the spread of the answers and that of the labels are, from 0 to 1: for numbers the
largest difference of their cumulative shares (Kolmogorov and Smirnov's), for the rest half the sum of the
differences of their shares.

Variables: PREDICT_URL, PUSH_URL (with the labels that the figures get), TOLERANCE; OUTPUT, where the model
gives several. Arguments: the file with the samples.
"""

import json
import math
import os
import sys
import time
import urllib.request
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Rows of one request: as many as TensorFlow Serving takes in a batch unless it is told otherwise.
ROWS = 32
# Seconds. A large model on a CPU may take that long for a batch.
TIMEOUT = 60
# Of the samples that were answered wrongly, how many are shown.
SHOWN = 20
ALL = "all"


def ask(url: str, instances: Sequence[Any], output: str) -> list[Any]:
    """The model's answers, in the order of the instances."""
    answers: list[Any] = []
    for begin in range(0, len(instances), ROWS):
        body = json.dumps({"instances": instances[begin : begin + ROWS]}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            answers += json.load(answer)["predictions"]
    return [one[output] if output else one for one in answers]


def value_of(answer: Any, label: Any) -> Any:
    """What the answer says, in the form of the label: a class, a number, a list."""
    if isinstance(answer, list) and not isinstance(label, list):
        if len(answer) == 1:
            return answer[0]
        return max(range(len(answer)), key=answer.__getitem__)
    return answer


def is_right(value: Any, label: Any, tolerance: float) -> bool:
    """Whether a value counts as the label."""
    if isinstance(value, list) and isinstance(label, list):
        return len(value) == len(label) and all(
            is_right(one, other, tolerance) for one, other in zip(value, label, strict=True)
        )
    if _is_number(value) and _is_number(label):
        return abs(value - label) <= tolerance * max(1, abs(label))
    return value == label


def drift_of(values: Sequence[Any], labels: Sequence[Any]) -> float:
    """How far apart the spread of both is: 0 for the same, 1 for nothing in common."""
    if all(isinstance(one, float) for one in [*labels, *values]):
        first, second = sorted(values), sorted(labels)
        return max(
            abs(bisect_right(first, limit) / len(first) - bisect_right(second, limit) / len(second))
            for limit in [*first, *second]
        )
    answered, wanted = (Counter(json.dumps(one) for one in some) for some in (values, labels))
    return sum(abs(answered[key] / len(values) - wanted[key] / len(labels)) for key in answered | wanted) / 2


def figures(
    samples: Sequence[Mapping[str, Any]], answers: Sequence[Any], tolerance: float, now: float
) -> tuple[str, list[Mapping[str, Any]]]:
    """What is pushed, and the samples that were answered wrongly."""
    values = [value_of(answer, sample["label"]) for answer, sample in zip(answers, samples, strict=True)]
    wrong: list[Mapping[str, Any]] = []
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for value, sample in zip(values, samples, strict=True):
        slices = {ALL, sample.get("slice", ALL)}
        total.update(slices)
        if is_right(value, sample["label"], tolerance):
            right.update(slices)
        else:
            wrong.append({"answer": value, **sample})
    accuracy = {name: right[name] / count for name, count in sorted(total.items())}
    labels = [sample["label"] for sample in samples]
    # YAML and people write 2 for 2.0; as classes they are the same, as numbers they have to be numbers.
    if any(isinstance(one, float) for one in [*values, *labels]):
        values, labels = (
            [float(one) if _is_number(one) else one for one in some] for some in (values, labels)
        )
    drift = drift_of(values, labels)
    lines = [
        *_gauge("ml_model_accuracy", "Share of the labelled samples that are answered right.", accuracy),
        *_gauge("ml_model_samples", "Labelled samples that were asked.", total),
        "# HELP ml_model_drift Distance of the answers' spread from the labels', from 0 to 1.",
        "# TYPE ml_model_drift gauge",
        f"ml_model_drift {drift:.6g}",
        "# HELP ml_model_evaluation_timestamp_seconds When the model was last evaluated.",
        "# TYPE ml_model_evaluation_timestamp_seconds gauge",
        f"ml_model_evaluation_timestamp_seconds {now:.0f}",
    ]
    return "\n".join(lines) + "\n", wrong


def push(url: str, text: str) -> None:
    """Put the figures in the place of those before."""
    request = urllib.request.Request(url, text.encode(), {"Content-Type": "text/plain"}, method="PUT")
    with urllib.request.urlopen(request, timeout=TIMEOUT):
        pass


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Evaluate once; whatever goes wrong ends the program."""
    samples = [json.loads(line) for line in Path(arguments[0]).read_text().splitlines() if line.strip()]
    answers = ask(
        environment["PREDICT_URL"], [one["instance"] for one in samples], environment.get("OUTPUT", "")
    )
    text, wrong = figures(samples, answers, float(environment["TOLERANCE"]), time.time())
    for one in wrong[:SHOWN]:
        print(json.dumps({"wrong": one}))
    print(json.dumps({"samples": len(samples), "wrong": len(wrong)}), flush=True)
    push(environment["PUSH_URL"], text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _gauge(name: str, text: str, by_slice: Mapping[str, float]) -> Iterable[str]:
    # JSON's and Prometheus' rules for text in quotes are the same where they meet: \\ \" \n.
    shown = (
        f"{name}{{slice={json.dumps(part, ensure_ascii=False)}}} {value:.6g}"
        for part, value in by_slice.items()
    )
    return [f"# HELP {name} {text}", f"# TYPE {name} gauge", *shown]


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
