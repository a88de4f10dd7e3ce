"""What every provider plugin does: the handshake, configuration, and how calls fail."""

import threading
from contextlib import suppress
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from local.plugins.values import to_python


class Failed(Exception):
    """The operation failed; the message is what the user reads."""


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The parts that do not depend on the kind of resource."""

    version = "0.0.0"
    """Of the official plugin whose place this one takes."""

    def __init__(self) -> None:
        self._engine: engine_pb2_grpc.EngineStub | None = None
        self.cancelled = threading.Event()

    def log(self, message: str, urn: str) -> None:
        """Show a line under a resource."""
        if self._engine is None:
            return
        # An engine that has gone reads nothing; what is being done ends all the same.
        with suppress(grpc.RpcError):
            self._engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn))

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
    """End a call with an error."""
    return context.abort(grpc.StatusCode.UNKNOWN, str(error))
