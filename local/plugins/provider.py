"""What every provider plugin does: the handshake, configuration, and how calls fail."""

import threading
from contextlib import suppress
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.rpc import status_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from local.plugins.values import to_python, to_struct


class Failed(Exception):
    """The operation failed; the message is what the user reads."""


class HalfDone(Failed):
    """The resource was made, but is not what it should be: the engine keeps it and the next `up` goes on."""

    def __init__(
        self, identity: str, properties: dict[str, Any], inputs: dict[str, Any], reasons: list[str]
    ) -> None:
        super().__init__("; ".join(reasons))
        self.identity, self.properties, self.inputs, self.reasons = identity, properties, inputs, reasons


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The parts that do not depend on the kind of resource."""

    version = "0.0.0"
    """Of the official plugin whose place this one takes."""

    def __init__(self) -> None:
        self._engine: engine_pb2_grpc.EngineStub | None = None
        self.cancelled = threading.Event()

    def configure(self, settings: dict[str, Any]) -> None:
        """Take the provider's own settings; raises Failed where they are not usable."""

    def log(self, message: str, urn: str, *, warning: bool = False, ephemeral: bool = False) -> None:
        """Show a line under a resource; an ephemeral one only while the resource is worked on."""
        if self._engine is None:
            return
        severity = engine_pb2.LogSeverity.WARNING if warning else engine_pb2.LogSeverity.INFO
        # An engine that has gone reads nothing; what is being done ends all the same.
        with suppress(grpc.RpcError):
            self._engine.Log(
                engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
            )

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(request.engine_address))
        # Without accept_secrets the engine takes secrets out of what it sends, and marks the same properties
        # of what comes back: nothing here can forget to.
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=False, accept_resources=False, accept_outputs=False
        )

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self.version)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        changed = sorted(changed_keys(to_python(request.old_inputs), to_python(request.news)))
        some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some, diffs=changed)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            self.configure(to_python(request.args))
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cancelled.set()
        return Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        return refuse(context, Failed(f"the embedded plugin has no function {request.tok}"))

    def Call(self, request: Any, context: grpc.ServicerContext) -> Any:
        return refuse(context, Failed(f"the embedded plugin has no method {request.tok}"))

    def Construct(self, request: Any, context: grpc.ServicerContext) -> Any:
        return refuse(context, Failed(f"the embedded plugin has no component {request.type}"))


def changed_keys(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The top-level properties that differ."""
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def refuse(context: grpc.ServicerContext, error: Failed) -> Any:
    """End a call with an error; of a resource that is half done, the engine learns what there is of it."""
    if isinstance(error, HalfDone):
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.identity,
            properties=to_struct(error.properties),
            inputs=to_struct(error.inputs),
            reasons=error.reasons,
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    return context.abort(grpc.StatusCode.UNKNOWN, str(error))
