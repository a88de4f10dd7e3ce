"""Contents that the state has once: as input, and not again as output.

They were a fifth of the program's state, and the engine writes the whole state twice with every step. Where a
resource lacks an output, the SDK takes the input of that name; only in a preview it is unknown then.
"""

from collections.abc import Mapping
from typing import Any

from local.plugins.kubernetes.kinds import group_kind

# Long texts for pods and Prometheus, of which no program goes on with an output.
_CONTENTS = {
    "/ConfigMap": frozenset({"data", "binaryData"}),
    "/Secret": frozenset({"data"}),
    "monitoring.coreos.com/PrometheusRule": frozenset({"spec"}),
}


def without_contents(live: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The live object without the contents that it has word for word from the inputs."""
    contents = _CONTENTS.get(group_kind(live), frozenset())
    return {key: value for key, value in live.items() if key not in contents or value != inputs.get(key)}
