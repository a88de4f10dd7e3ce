"""What a pod says without the secrets that it has: what is shown stays on screens and in logs."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.kubernetes.client import ApiError, Client

_MASK = "[secret]"
# Characters; what is shorter stands in every other line.
_SHORTEST = 4
# Characters of a line that are shown.
_LONGEST = 300
# Names of variables whose values are secret also where they do not come from a Secret.
_SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|(API|ACCESS|AUTH)_?KEY", re.IGNORECASE)
# A JSON web token, as every service account has one.
_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def masking(pod: Mapping[str, Any], client: Client) -> Callable[[str], str]:
    """What makes a line of this pod fit to be shown.

    Raises Problem where the Secrets that the pod uses cannot be read: then nobody knows what to strike out.
    """
    values = {
        part for value in _values(pod, client) for part in _forms(value) if len(part.strip()) >= _SHORTEST
    }
    # A value may be part of a longer one.
    pattern = re.compile("|".join(re.escape(value) for value in sorted(values, key=len, reverse=True)))

    def masked(line: str) -> str:
        plain = _CONTROL.sub(" ", line).strip()
        plain = _TOKEN.sub(_MASK, pattern.sub(_MASK, plain) if values else plain)
        return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]} ..."

    return masked


def _values(pod: Mapping[str, Any], client: Client) -> Iterator[str]:
    spec = pod["spec"]
    names: set[str] = set()
    for container in [*(spec.get("initContainers") or []), *spec["containers"]]:
        for variable in container.get("env") or []:
            if _SECRET_NAME.search(variable["name"]) and variable.get("value"):
                yield variable["value"]
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
            names |= {reference["name"]} if reference else set()
        names |= {one["secretRef"]["name"] for one in container.get("envFrom") or [] if "secretRef" in one}
    for volume in spec.get("volumes") or []:
        sources = [volume, *((volume.get("projected") or {}).get("sources") or [])]
        for secret in (one["secret"] for one in sources if "secret" in one):
            names.add(secret.get("secretName") or secret["name"])
    namespace = pod["metadata"]["namespace"]
    for name in sorted(names):
        try:
            path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
            found = client.request("GET", path)
        except ApiError as error:
            if error.code == 404:
                continue
            raise
        for encoded in (found.get("data") or {}).values():
            yield encoded
            yield base64.b64decode(encoded).decode(errors="ignore")


def _forms(value: str) -> Iterator[str]:
    """The value, and its lines: what is shown is shown line by line."""
    yield value
    yield from value.splitlines()
