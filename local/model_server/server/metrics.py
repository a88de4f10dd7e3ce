"""Counters and distributions, shown as TensorFlow Serving shows its own to Prometheus."""

import threading
from bisect import bisect_right
from collections.abc import Sequence

# Microseconds from 10 to about 20 minutes, each limit 1.8 times the one before.
LATENCY_LIMITS = tuple(10 * 1.8**step for step in range(33))


class Counter:
    """A number for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str]) -> None:
        self._name, self._labels = name, labels
        self._cells: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()

    def add(self, *values: str, amount: int = 1) -> None:
        """Count for the labels' values."""
        with self._lock:
            self._cells[values] = self._cells.get(values, 0) + amount

    def lines(self) -> list[str]:
        """What Prometheus reads."""
        with self._lock:
            cells = dict(self._cells)
        return [f"# TYPE {self._name} counter"] + [
            f"{self._name}{{{_pairs(self._labels, values)}}} {count}" for values, count in cells.items()
        ]


class Histogram:
    """A distribution of durations for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str]) -> None:
        self._name, self._labels = name, labels
        # The number in each bucket, and the sum.
        self._cells: dict[tuple[str, ...], tuple[list[int], float]] = {}
        self._lock = threading.Lock()

    def add(self, *values: str, seconds: float) -> None:
        """Record one duration."""
        micros = seconds * 1e6
        with self._lock:
            buckets, total = self._cells.get(values, ([0] * (len(LATENCY_LIMITS) + 1), 0.0))
            buckets[bisect_right(LATENCY_LIMITS, micros)] += 1
            self._cells[values] = (buckets, total + micros)

    def lines(self) -> list[str]:
        """What Prometheus reads: each bucket counts all that is below its limit."""
        with self._lock:
            cells = {values: (list(buckets), total) for values, (buckets, total) in self._cells.items()}
        lines = [f"# TYPE {self._name} histogram"]
        for values, (buckets, total) in cells.items():
            pairs, below = _pairs(self._labels, values), 0
            for limit, count in zip([*LATENCY_LIMITS, None], buckets, strict=True):
                below += count
                shown = "+Inf" if limit is None else f"{limit:g}"
                lines.append(f'{self._name}_bucket{{{pairs},le="{shown}"}} {below}')
            lines += [f"{self._name}_sum{{{pairs}}} {total:.0f}", f"{self._name}_count{{{pairs}}} {below}"]
        return lines


class Metrics:
    """Everything that this server counts; TensorFlow Serving's names, leading colon included."""

    def __init__(self) -> None:
        self.load_attempts = Counter(
            ":tensorflow:cc:saved_model:load_attempt_count", ("model_path", "status")
        )
        self.load_latency = Counter(":tensorflow:cc:saved_model:load_latency", ("model_path",))
        self.requests = Counter(":tensorflow:serving:request_count", ("model_name", "status"))
        self.request_latency = Histogram(
            ":tensorflow:serving:request_latency", ("model_name", "API", "entrypoint")
        )
        self.runtime_latency = Histogram(
            ":tensorflow:serving:runtime_latency", ("model_name", "API", "runtime")
        )

    def page(self) -> str:
        """The text at the monitoring path."""
        shown = (
            self.load_attempts,
            self.load_latency,
            self.requests,
            self.request_latency,
            self.runtime_latency,
        )
        return "\n".join(line for metric in shown for line in metric.lines()) + "\n"


def _pairs(names: Sequence[str], values: Sequence[str]) -> str:
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for value in values)
    return ",".join(f'{name}="{value}"' for name, value in zip(names, escaped, strict=True))
