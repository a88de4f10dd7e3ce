"""The API server's REST interface, by a kubeconfig."""

import base64
import json
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml

from local.plugins.provider import Failed

# Seconds without an answer; a write may wait for admission webhooks, which have 30 at most.
_TIMEOUT = urllib3.Timeout(connect=10, read=65)
# As many as the engine works on at once, so that none waits for a connection.
_CONNECTIONS = 64
# A connection that the server closed while it was idle is not an answer; neither is "try again later".
_RETRIES = urllib3.Retry(
    total=5,
    connect=5,
    read=1,
    backoff_factor=0.2,
    status_forcelist=(429, 503),
    allowed_methods=None,
    raise_on_status=False,
    respect_retry_after_header=True,
)


class ApiError(Failed):
    """The API server said no."""

    def __init__(self, code: int, status: Mapping[str, Any]) -> None:
        super().__init__(str(status.get("message") or f"the API server answered {code}"))
        self.code = code
        self.reason: str = status.get("reason", "")
        self.causes: list[dict[str, Any]] = (status.get("details") or {}).get("causes") or []


class Client:
    """JSON in, JSON out, over a pool of verified connections. Safe to use from many threads."""

    def __init__(self, kubeconfig: str, context: str | None = None) -> None:
        """Take the text of a kubeconfig, or the path of one. Raises Failed where it is not usable."""
        text = kubeconfig if "\n" in kubeconfig else Path(kubeconfig).expanduser().read_text()
        config = yaml.safe_load(text)
        try:
            chosen = _named(config["contexts"], context or config["current-context"])["context"]
            cluster = _named(config["clusters"], chosen["cluster"])["cluster"]
            user = _named(config["users"], chosen["user"])["user"]
            self._server: str = cluster["server"].rstrip("/")
        except (KeyError, StopIteration) as error:
            raise Failed(f"the kubeconfig is not complete: {error}") from error
        self._headers = {"Accept": "application/json"}
        if "token" in user:
            self._headers["Authorization"] = f"Bearer {user['token']}"
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS, ssl_context=_trust(cluster, user), timeout=_TIMEOUT, retries=_RETRIES
        )

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """One call. Raises ApiError for an answer that is no success, Failed where none came."""
        try:
            answer = self._pool.request(
                method,
                f"{self._server}{path}{'?' if query else ''}{urlencode(query or {})}",
                body=None if body is None else json.dumps(body).encode(),
                headers={**self._headers, "Content-Type": content_type},
            )
        except urllib3.exceptions.HTTPError as error:
            raise Failed(f"the API server at {self._server} does not answer: {error}") from error
        content = answer.data
        if answer.status >= 400:
            try:
                status = json.loads(content)
            except ValueError:
                status = {"message": content.decode(errors="replace")[:500]}
            raise ApiError(answer.status, status)
        return json.loads(content) if content[:1] in (b"{", b"[") else content.decode(errors="replace")


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


def _trust(cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority")
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    certificate, key = _content(user, "client-certificate"), _content(user, "client-key")
    if certificate and key:
        # ssl reads keys from files only; this one is ours alone, and gone as soon as it is read.
        with tempfile.NamedTemporaryFile(prefix="metalml-") as file:
            file.write(certificate + b"\n" + key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _content(entry: Mapping[str, Any], name: str) -> bytes | None:
    if f"{name}-data" in entry:
        return base64.b64decode(entry[f"{name}-data"])
    return Path(entry[name]).expanduser().read_bytes() if name in entry else None
