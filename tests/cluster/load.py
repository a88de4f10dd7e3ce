"""Requests from many clients at once, every failure kept: what the users of a model would have noticed."""

import http.client
import select
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

BODY = b'{"instances": [1.0, 2.0, 5.0]}'
# Seconds for one answer. A client that gives up later than its users do would call an outage slow.
TIMEOUT_SECONDS = 10.0
# After a failure, so that a server that is gone is asked often but not in a busy loop.
PAUSE_SECONDS = 0.01
# Seconds. A pod that goes answers those who are connected to it for ten more.
LONGEST_SILENCE = 120


@dataclass(frozen=True, kw_only=True)
class Failed:
    """One request that was not answered with 200."""

    seconds: float
    """Since the load began."""
    why: str


class Load:
    """Clients that ask all the time between `with` and its end.

    Each client asks again when it has its answer; `per_second` limits all of them together. A connection
    takes `requests_per_connection` requests, or all of a client's (None): new connections go to any pod
    behind a Service, one that stays open to the pod that it began with.
    """

    def __init__(
        self,
        url: str,
        *,
        clients: int = 4,
        per_second: float | None = None,
        requests_per_connection: int | None = 1,
        body: bytes = BODY,
        headers: Mapping[str, str] | None = None,
        kind: Callable[[bytes], str] = lambda _: "answered",
    ) -> None:
        """`kind` names an answer by its body, to be counted; if it raises, the request failed."""
        parts = urlsplit(url)
        self._address, self._path = parts.netloc, parts.path or "/"
        self._body, self._headers = body, {"Content-Type": "application/json", **(headers or {})}
        self._kind, self._most = kind, requests_per_connection
        self._pause = clients / per_second if per_second else 0.0
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        self._began = 0.0
        self.answers: Counter[str] = Counter()
        """How many answers there were of each kind."""
        self.first: dict[str, float] = {}
        self.last: dict[str, float] = {}
        """When the first and the last answer of each kind came, in seconds since the load began."""
        self.failures: list[Failed] = []
        self.slowest = 0.0
        """Seconds that the slowest answer took."""

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def requests(self) -> int:
        """How many were asked and have ended."""
        with self._lock:
            return self.answers.total() + len(self.failures)

    @property
    def seconds(self) -> float:
        """How long it has been going."""
        return time.monotonic() - self._began

    def until(self, requests: int) -> None:
        """Return when that many have ended."""
        while self.requests < requests:
            time.sleep(0.05)

    def until_answered(self, kind: str = "") -> None:
        """Return when there has been an answer, of this kind where one is given."""
        deadline = time.monotonic() + LONGEST_SILENCE
        while not (self.answers[kind] if kind else self.answers):
            assert time.monotonic() < deadline, f"no answer {kind}: {self.told()}"
            time.sleep(0.05)

    def told(self) -> str:
        """What happened, for a message: numbers, and the first failures."""
        first = "".join(f"\n  at {one.seconds:.1f} s: {one.why}" for one in self.failures[:10])
        return (
            f"{len(self.failures)} of {self.requests} requests failed; answers {dict(self.answers)}, "
            f"the slowest {self.slowest:.2f} s{first}"
        )

    def _client(self) -> None:
        connection, used, due = None, 0, time.monotonic()
        while not self._stop.is_set():
            if connection is None or used == self._most or _was_closed(connection):
                if connection is not None:
                    connection.close()
                connection, used = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS), 0
            used += 1
            if not self._ask(connection):
                connection.close()
                connection = None
                self._stop.wait(PAUSE_SECONDS)
            # Late requests are not made up for: a burst after a slow answer would be another load.
            due = max(due + self._pause, time.monotonic())
            self._stop.wait(due - time.monotonic())
        if connection is not None:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> bool:
        began = time.monotonic()
        try:
            connection.request("POST", self._path, self._body, dict(self._headers))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise ValueError(f"{answer.status}: {text[:200].decode(errors='replace')}")
            kind = self._kind(text)
        except Exception as error:
            failed = Failed(seconds=began - self._began, why=f"{type(error).__name__}: {error}")
            with self._lock:
                self.failures.append(failed)
            return False
        ended = time.monotonic()
        with self._lock:
            self.answers[kind] += 1
            self.first.setdefault(kind, ended - self._began)
            self.last[kind] = ended - self._began
            self.slowest = max(self.slowest, ended - began)
        return True


def _was_closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the server ended the connection while it was idle; every HTTP client looks before it asks."""
    if connection.sock is None:
        return False
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return bool(readable)
