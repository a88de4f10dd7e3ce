"""`command:local:Command`, with the semantics of the official plugin."""

import secrets
from importlib.metadata import version
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from local.plugins.command.shell import run
from local.plugins.provider import Failed, Provider, changed_keys, refuse
from local.plugins.values import UNKNOWN, to_python, to_struct, without_nulls

_LOCAL_COMMAND = "command:local:Command"
# As the official plugin: the old command's `delete` runs after the new one's `create`.
_REPLACING = frozenset({"triggers"})
# What the official plugin has besides.
_MISSING = ("assetPaths", "archivePaths")
_SHELL = ("/bin/sh", "-c")
_OUTPUTS = ("stdout", "stderr")
# Which streams are shown, by the property `logging`.
_SHOWN = {"stdout": ("stdout",), "stderr": ("stderr",), "stdoutAndStderr": _OUTPUTS, "none": ()}


class CommandProvider(Provider):
    """Runs `create` at first, `update` or else `create` when an input changed, `delete` at the end."""

    version = version("pulumi-command")

    def Check(self, request: Any, context: Any) -> Any:
        inputs = without_nulls(to_python(request.news))
        try:
            _check(request.type, inputs)
        except Failed as error:
            return refuse(context, error)
        return provider_pb2.CheckResponse(inputs=to_struct(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        changed = changed_keys(old, new) - set(request.ignoreChanges)
        replaces = changed & _REPLACING
        detailed: dict[str, provider_pb2.PropertyDiff] = {}
        for key in changed:
            change = "ADD" if key not in old else "DELETE" if key not in new else "UPDATE"
            name = f"{change}_REPLACE" if key in replaces else change
            kind = provider_pb2.PropertyDiff.Kind.Value(name)
            detailed[key] = provider_pb2.PropertyDiff(kind=kind, inputDiff=True)
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if changed else response.DIFF_NONE,
            diffs=sorted(changed),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            replaces=sorted(replaces),
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
            # What was said before is still the last that was said.
            return {**kept, **{name: (previous or {}).get(name, "") for name in _OUTPUTS}}
        environment = {key: str(value) for key, value in (properties.get("environment") or {}).items()}
        if previous is not None and properties.get("addPreviousOutputInEnv", True):
            environment |= {f"PULUMI_COMMAND_{name.upper()}": previous.get(name, "") for name in _OUTPUTS}
        logging = properties.get("logging") or "stdoutAndStderr"
        said = run(
            command,
            interpreter=properties.get("interpreter") or _SHELL,
            environment=environment,
            folder=properties.get("dir"),
            stdin=properties.get("stdin") or "",
            show={name: lambda line: self.log(line, urn) for name in _SHOWN[logging]},
            cancelled=self.cancelled,
            # Who wants no output to be seen does not want it in an error either.
            tell_output=logging != "none",
        )
        return {**kept, "stdout": said.stdout, "stderr": said.stderr}


def _check(token: str, inputs: dict[str, Any]) -> None:
    """Raise Failed for what this plugin does not do."""
    if token != _LOCAL_COMMAND:
        raise Failed(f"the embedded plugin has {_LOCAL_COMMAND} only, not {token}")
    for key in _MISSING:
        if key in inputs:
            raise Failed(f"the embedded plugin does not collect files ({key})")
    logging = inputs.get("logging")
    if logging not in (*_SHOWN, None, UNKNOWN):
        raise Failed(f"logging is {logging!r}; it must be one of {', '.join(_SHOWN)}")


def _unknown_outputs(properties: dict[str, Any]) -> dict[str, Any]:
    return {**properties, **dict.fromkeys(_OUTPUTS, UNKNOWN)}
