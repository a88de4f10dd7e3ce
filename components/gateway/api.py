"""Custom resources of the Gateway API, group `gateway.networking.k8s.io`: the fields that models need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

API_VERSION = "gateway.networking.k8s.io/v1"


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A Service in the route's namespace, and its weight."""

    service: Input[str]
    port: int
    weight: int
    """Relative to the sum of the rule's weights; 0 gets no requests."""

    def to_wire(self) -> Mapping[str, Any]:
        """A `backendRef`."""
        return {"kind": "Service", "name": self.service, "port": self.port, "weight": self.weight}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Matches requests to one of the paths with all of the headers, and routes them to the backends."""

    exact: Sequence[str] = ()
    prefixes: Sequence[str] = ()
    """PathPrefix matches, by path element: /a matches /a/b, but not /ab."""
    headers: Mapping[str, str] = field(default_factory=dict)
    backends: Sequence[Backend]

    def to_wire(self) -> Mapping[str, Any]:
        """A rule of an HTTPRoute. Of several matches the longest path wins, then the most headers."""
        paths = [
            *({"type": "Exact", "value": path} for path in self.exact),
            *({"type": "PathPrefix", "value": path} for path in self.prefixes),
        ]
        headers = [
            {"type": "Exact", "name": name, "value": value} for name, value in sorted(self.headers.items())
        ]
        return {
            "matches": [{"path": path, **({"headers": headers} if headers else {})} for path in paths],
            "backendRefs": [backend.to_wire() for backend in self.backends],
        }


class GatewayClass(CustomResource):
    """The controller that implements Gateways of this class."""

    def __init__(self, resource_name: str, *, name: str, controller: str, opts: ResourceOptions) -> None:
        super().__init__(
            resource_name,
            api_version=API_VERSION,
            kind="GatewayClass",
            # The provider has no await logic for custom resources; this annotation adds it.
            metadata=ObjectMetaArgs(name=name, annotations={"pulumi.com/waitFor": "condition=Accepted"}),
            spec={"controllerName": controller},
            opts=opts,
        )


class Gateway(CustomResource):
    """A Gateway with one HTTP listener, which accepts HTTPRoutes of the namespaces `routes_of`."""

    def __init__(
        self,
        resource_name: str,
        *,
        metadata: ObjectMetaArgs,
        class_name: str,
        port: int,
        routes_of: Sequence[str],
        opts: ResourceOptions,
    ) -> None:
        namespaces = {
            "from": "Selector",
            "selector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(routes_of)}
                ]
            },
        }
        listener = {
            "name": "http",
            "protocol": "HTTP",
            "port": port,
            "allowedRoutes": {"namespaces": namespaces},
        }
        super().__init__(
            resource_name,
            api_version=API_VERSION,
            kind="Gateway",
            metadata=metadata,
            spec={"gatewayClassName": class_name, "listeners": [listener]},
            opts=opts,
        )


class HTTPRoute(CustomResource):
    """Routing rules for requests to a Gateway."""

    def __init__(
        self,
        resource_name: str,
        *,
        metadata: ObjectMetaArgs,
        gateway: Input[str],
        gateway_namespace: Input[str],
        rules: Sequence[Rule],
        opts: ResourceOptions,
    ) -> None:
        super().__init__(
            resource_name,
            api_version=API_VERSION,
            kind="HTTPRoute",
            metadata=metadata,
            spec={
                "parentRefs": [{"kind": "Gateway", "name": gateway, "namespace": gateway_namespace}],
                "rules": [rule.to_wire() for rule in rules],
            },
            opts=opts,
        )
