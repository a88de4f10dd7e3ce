# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""What is secret is nowhere to be read: not in the exported state, not on the console."""

import base64
import json

from pulumi import Output, ResourceOptions, export
from pulumi_command.local import Command, Logging
from pulumi_kubernetes.core.v1 import ConfigMap, Pod, Secret

CANARY = "canary-7f3a"
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode())


def test_no_secret_is_in_the_state_or_on_the_console(stack, namespace, api_server):
    key = next(line for line in api_server.kubeconfig.read_text().splitlines() if "client-key-data" in line)

    def metadata(name):
        return {"name": name, "namespace": namespace}

    def build(options):
        given = Output.secret(CANARY)
        Secret("marked", metadata=metadata("marked"), string_data={"k": given}, opts=options)
        Secret("unmarked", metadata=metadata("unmarked"), string_data={"k": CANARY}, opts=options)
        ConfigMap("nested", metadata=metadata("nested"), data={"k": given}, opts=options)
        pod = {"containers": [{"name": "x", "image": "x", "env": [{"name": "x", "value": given}]}]}
        skip = metadata("pod") | {"annotations": {"pulumi.com/skipAwait": "true"}}
        Pod("pod", metadata=skip, spec=pod, opts=options)
        told = Command(
            "command",
            create="cat",
            stdin=given,
            logging=Logging.NONE,
            opts=ResourceOptions(additional_secret_outputs=["stdout"]),
        )
        export("told", told.stdout)

    runs = [stack.preview(build), stack.up(build), stack.refresh(), stack.up(build)]
    assert runs[-1].changes == {}
    assert api_server.get("secret", "marked", namespace)["data"]["k"] == FORMS[1]
    for text in (json.dumps(stack.exported()), *(run.console for run in runs)):
        assert not any(form in text for form in FORMS)
        assert key.partition(": ")[2] not in text
