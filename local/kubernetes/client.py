"""The API server's REST interface."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from local.errors import Problem
from local.kubernetes.kubeconfig import Access

# Seconds without an answer; a write may wait for admission webhooks, which have 30 at most.
_TIMEOUT = urllib3.Timeout(connect=10, read=65)
# As many as may ask at once, so that none waits for a connection.
_CONNECTIONS = 64
# A connection that the server closed while it was idle is not an answer; neither is "try again later".
# Together, about a minute, they outlast the restart of an API server that is a pod of its own node.
_RETRIES = urllib3.Retry(
    total=12,
    connect=12,
    read=2,
    backoff_factor=0.2,
    backoff_max=8,
    status_forcelist=(429, 502, 503),
    allowed_methods=None,
    raise_on_status=False,
    respect_retry_after_header=True,
)
# For what is nice to have: one try, and not long.
_BRIEF = (urllib3.Timeout(connect=2, read=5), urllib3.Retry(total=0))


class ApiError(Problem):
    """The API server said no."""

    def __init__(self, code: int, status: Mapping[str, Any]) -> None:
        super().__init__(str(status.get("message") or f"the API server answered {code}"))
        self.code = code


class Client:
    """JSON in, JSON out, over a pool of verified connections. Safe to use from many threads."""

    def __init__(self, access: Access, *, brief: bool = False) -> None:
        """`brief`: its answers are nice to have, and not worth a wait."""
        self._server = access.server
        self._headers = {"Accept": "application/json", **access.headers}
        timeout, retries = _BRIEF if brief else (_TIMEOUT, _RETRIES)
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS, ssl_context=access.trust, timeout=timeout, retries=retries
        )

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """One call.

        Raises ApiError for an answer that is no success, Problem where none came.
        """
        try:
            answer = self._pool.request(
                method,
                f"{self._server}{path}{'?' if query else ''}{urlencode(query or {})}",
                body=None if body is None else json.dumps(body).encode(),
                headers={**self._headers, "Content-Type": content_type},
            )
        except urllib3.exceptions.HTTPError as error:
            raise Problem(f"the API server at {self._server} does not answer: {error}") from error
        content = answer.data
        if answer.status >= 400:
            try:
                status = json.loads(content)
            except ValueError:
                status = {"message": content.decode(errors="replace")[:500]}
            raise ApiError(answer.status, status)
        # A pod's log is text, also where each line of it is JSON.
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return json.loads(content) if is_json else content.decode(errors="replace")
