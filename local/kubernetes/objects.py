"""Objects of a cluster, read by what the program says of them."""

from collections.abc import Mapping
from typing import Any

from local.kubernetes.client import ApiError, Client
from local.kubernetes.kinds import Kinds, UnknownKind
from local.kubernetes.kubeconfig import access


def named(thing: Mapping[str, Any]) -> str:
    """Kind, namespace and name, for a person: `ConfigMap ml/one`."""
    metadata = thing["metadata"]
    return f"{thing['kind']} {'/'.join(filter(None, (metadata.get('namespace'), metadata['name'])))}"


class Objects:
    """The objects of one cluster."""

    def __init__(self, kubeconfig: str, *, brief: bool = True) -> None:
        """`brief`: what is read is nice to have, and not worth a wait."""
        self.client = Client(access(kubeconfig), brief=brief)
        self._kinds = Kinds(self.client)

    def read(self, thing: Mapping[str, Any]) -> dict[str, Any] | None:
        """The live object of a kind, namespace and name; None where there is none, or no such kind.

        Raises Problem where the API server does not say.
        """
        try:
            return self.client.request("GET", self._kinds.path(thing))
        except UnknownKind:
            return None
        except ApiError as error:
            if error.code == 404:
                return None
            raise
