"""TensorFlow Serving's REST paths: what is answered to a method, a path and a body.

Paths, codes and error texts are those of http_rest_api_handler.cc and json_tensor.cc in TensorFlow Serving.
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .configured import ConfiguredVersions
from .failure import HTTP_CODES, Failure, invalid, not_found
from .metrics import Metrics
from .model import DEFAULT_SIGNATURE, Model
from .predict_answer import write_answer
from .predict_request import read_inputs, read_request
from .versions import Versions

_VERSION = r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
_PREDICTION = re.compile(rf"(?i)/v1/models/(?P<name>[^/:]+){_VERSION}:(?P<method>classify|regress|predict)")
_STATUS = re.compile(rf"(?i)/v1/models(?:/(?P<name>[^/:]+))?{_VERSION}(?:/(?P<metadata>metadata))?")
_OURS = re.compile(r"(?i)/v1/.*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A code and a JSON text, and whose answer it is."""

    code: int
    text: str
    model: str = ""
    """The name in the path."""
    version: int | None = None
    """That answered a prediction; None: none did."""


class Rest:
    """Answers requests for one model; several threads may ask at once."""

    def __init__(self, name: str, versions: Versions | ConfiguredVersions, metrics: Metrics) -> None:
        self._name, self._versions, self._metrics = name, versions, metrics

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer one request and count it."""
        if not _OURS.fullmatch(path):
            return Answer(code=404, text=_error("Not Found"))
        started = time.perf_counter()
        found = {"POST": _PREDICTION, "GET": _STATUS}.get(method, _OURS).fullmatch(path)
        parts: dict[str, str | None] = found.groupdict() if found else {}
        name, api = unquote(parts.get("name") or ""), parts.get("method") or ""
        status, version = "OK", None
        try:
            text, version = self._answer(method, path, parts, name, body)
        except Failure as failure:
            status, text = failure.status, _error(str(failure))
        except Exception as error:
            # Whatever TensorFlow raises: the client hears of it, and the server goes on.
            status, text = "INTERNAL", _error(f"{type(error).__name__}: {error}")
        if status == "OK":
            self._metrics.request_latency.add(name, api, "REST", seconds=time.perf_counter() - started)
        self._metrics.requests.add(name, status)
        return Answer(code=HTTP_CODES[status], text=text, model=name, version=version)

    def _answer(
        self, method: str, path: str, parts: dict[str, str | None], name: str, body: bytes
    ) -> tuple[str, int | None]:
        number = parts.get("version")
        version = int(number) if number else None
        if version is not None and version >= 2**63:
            raise invalid(f"Failed to convert version: {version} to numeric.")
        label = unquote(parts.get("label") or "")
        if method == "POST" and parts.get("method") == "predict":
            return self._predict(name, version, label, body)
        if method == "POST" and parts.get("method") in ("classify", "regress"):
            raise Failure("UNIMPLEMENTED", f"{parts['method']} is not answered by this model server")
        # The pattern has no part for another method.
        if method != "GET" or "metadata" not in parts:
            raise invalid(f"Malformed request: {method} {path}")
        if not name:
            raise invalid("Missing model name in request.")
        text = self._metadata(name, version, label) if parts["metadata"] else self._status(name, version)
        return text, None

    def _predict(self, name: str, version: int | None, label: str, body: bytes) -> tuple[str, int]:
        request = read_request(body)
        model = self._loaded(name, version, label)
        wanted = request.signature_name or DEFAULT_SIGNATURE
        signature = model.signatures.get(wanted)
        if not signature:
            raise invalid(f'Serving signature name: "{wanted}" not found in signature def')
        if not signature.inputs:
            raise invalid(f"Failed to get input map for signature: {request.signature_name or 'DEFAULT'}")
        inputs, rows = read_inputs(request.body, signature.inputs)
        started = time.perf_counter()
        outputs = signature.run(inputs)
        self._metrics.runtime_latency.add(name, "Predict", "TF1", seconds=time.perf_counter() - started)
        return write_answer(outputs, rows), model.version

    def _status(self, name: str, version: int | None) -> str:
        states = self._states() if name == self._name else {}
        if version is not None:
            if version not in states:
                raise not_found(f"Could not find version {version} of model {name}")
            return _pretty({"model_version_status": [states[version]]})
        if not states:
            raise not_found(f"Could not find any versions of model {name}")
        return _pretty({"model_version_status": [states[number] for number in sorted(states, reverse=True)]})

    def _states(self) -> dict[int, dict[str, Any]]:
        """Every version that was tried, by its number; a label in the path is ignored there too."""
        states = {number: _state(number, "END", error) for number, error in self._versions.ended.items()}
        return {**states, **{number: _state(number, "AVAILABLE") for number in self._versions.available}}

    def _metadata(self, name: str, version: int | None, label: str) -> str:
        model = self._loaded(name, version, label)
        return _pretty(
            {
                "model_spec": {"name": self._name, "signature_name": "", "version": str(model.version)},
                "metadata": {"signature_def": {"signature_def": model.described}},
            }
        )

    def _loaded(self, name: str, version: int | None, label: str) -> Model:
        if label and name == self._name:
            version = self._versions.labels.get(label)
            if version is None:
                raise invalid(f"Unrecognized servable version label: {label}")
        model = self._versions.find(version) if name == self._name else None
        if model is None:
            wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
            raise not_found(f"Servable not found for request: {wanted}")
        return model


def _state(version: int, state: str, error: str = "") -> dict[str, Any]:
    status = {"error_code": "UNKNOWN" if error else "OK", "error_message": error}
    return {"version": str(version), "state": state, "status": status}


def _error(message: str) -> str:
    return json.dumps({"error": message}, ensure_ascii=False)


def _pretty(body: Any) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"
