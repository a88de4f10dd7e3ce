"""`command:local:Command`, with the semantics of the official plugin."""

import secrets
from importlib.metadata import version
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from local.plugins.command.shell import run
from local.plugins.provider import Failed, Provider, changed_keys, refuse
from local.plugins.values import UNKNOWN, to_python, to_struct

_LOCAL_COMMAND = "command:local:Command"
_SHELL = ("/bin/sh", "-c")
_OUTPUTS = ("stdout", "stderr")
# Which streams are shown, by the property `logging`.
_SHOWN = {"stdout": ("stdout",), "stderr": ("stderr",), "stdoutAndStderr": _OUTPUTS, "none": ()}


class CommandProvider(Provider):
    """Runs `create` at first, `update` or else `create` when an input changed, `delete` at the end."""

    version = version("pulumi-command")

    def Check(self, request: Any, context: Any) -> Any:
        if request.type != _LOCAL_COMMAND:
            return refuse(
                context, Failed(f"the embedded plugin has {_LOCAL_COMMAND} only, not {request.type}")
            )
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        changed = changed_keys(old, new) - set(request.ignoreChanges)
        kinds = provider_pb2.PropertyDiff
        detailed = {
            key: kinds(
                kind=kinds.ADD if key not in old else kinds.DELETE if key not in new else kinds.UPDATE,
                inputDiff=True,
            )
            for key in changed
        }
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if changed else response.DIFF_NONE,
            diffs=sorted(changed),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            replaces=[key for key in changed if key == "triggers"],
        )

    def Create(self, request: Any, context: Any) -> Any:
        properties = to_python(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(_unknown_outputs(properties)))
        try:
            done = self._run(properties.get("create"), properties, request.urn)
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.CreateResponse(id=f"command-{secrets.token_hex(8)}", properties=to_struct(done))

    def Update(self, request: Any, context: Any) -> Any:
        properties = to_python(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=to_struct(_unknown_outputs(properties)))
        try:
            command = properties.get("update") or properties.get("create")
            done = self._run(command, properties, request.urn, previous=to_python(request.olds))
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.UpdateResponse(properties=to_struct(done))

    def Delete(self, request: Any, context: Any) -> Any:
        properties = to_python(request.properties)
        try:
            self._run(properties.get("delete"), properties, request.urn, previous=properties)
        except Failed as error:
            return refuse(context, error)
        return Empty()

    def Read(self, request: Any, context: Any) -> Any:
        # What a command did cannot be read back: the state is what there is to know.
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def _run(
        self,
        command: str | None,
        properties: dict[str, Any],
        urn: str,
        previous: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        kept = {key: value for key, value in properties.items() if key not in _OUTPUTS}
        if not command:
            return {**kept, **dict.fromkeys(_OUTPUTS, "")}
        environment = {key: str(value) for key, value in (properties.get("environment") or {}).items()}
        if previous is not None and properties.get("addPreviousOutputInEnv", True):
            environment |= {f"PULUMI_COMMAND_{name.upper()}": previous.get(name, "") for name in _OUTPUTS}
        shown = _SHOWN[properties.get("logging") or "stdoutAndStderr"]
        said = run(
            command,
            interpreter=properties.get("interpreter") or _SHELL,
            environment=environment,
            folder=properties.get("dir"),
            stdin=properties.get("stdin") or "",
            show={name: lambda line: self.log(line, urn) for name in shown},
            cancelled=self.cancelled,
        )
        return {**kept, "stdout": said.stdout, "stderr": said.stderr}


def _unknown_outputs(properties: dict[str, Any]) -> dict[str, Any]:
    return {**properties, **dict.fromkeys(_OUTPUTS, UNKNOWN)}
