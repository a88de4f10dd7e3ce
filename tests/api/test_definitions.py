# Objects stand here as Kubernetes spells them, not as the SDK's typed dictionaries.
# pyright: reportArgumentType=false
"""CustomResourceDefinitions come with their release, are not in the state, and take no objects of others."""

import json
import os
import subprocess
from functools import partial
from pathlib import Path

import pulumi
import pytest
import yaml
from pulumi import ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from components.kubernetes.crds import SCRIPT, Definitions, deliver_definitions
from local.bundle.modules import KUBERNETES
from local.paths import REPOSITORY
from local.progress import Progress
from tests.api.test_objects import definition_of
from tests.ports import free_ports

THINGS = "things"


@pytest.fixture
def kind(request, api_server):
    """The name of a kind of this test's own."""
    name = f"{''.join(word.capitalize() for word in request.node.name.split('_')[1:])[:40]}"
    yield name
    api_server.kubectl("delete", "crd", crd_of(name), "--ignore-not-found")


def crd_of(kind):
    return f"{kind.lower()}s.test.example"


class Things(pulumi.ComponentResource):
    """A component with kinds of its own."""

    def __init__(self, register, opts):
        super().__init__("metalml:test:Things", THINGS, None, ResourceOptions(providers=[opts.provider]))
        self.kinds = register(ResourceOptions(parent=self))


def delivery_of(api_server, *kinds, release="Things 1.0", more=None):
    """A release's definitions, delivered to the API server."""
    objects = [definition_of(kind, more or {}) for kind in kinds]
    return Definitions(release=release, objects=objects, kubeconfig=api_server.kubeconfig.read_text())


def delivered(api_server, *kinds, thing=None, namespace=None, **release):
    """The program that delivers them, with an object of the first kind if it has a name."""

    def build(options):
        made = Things(
            lambda child: deliver_definitions(THINGS, delivery_of(api_server, *kinds, **release), child),
            options,
        )
        if thing:
            object_of(kinds[0], thing, namespace, options, made.kinds)

    return build


def object_of(kind, name, namespace, options, after):
    CustomResource(
        name,
        api_version="test.example/v1",
        kind=kind,
        metadata={"name": name, "namespace": namespace},
        spec={},
        opts=ResourceOptions.merge(options, ResourceOptions(depends_on=[after])),
    )


def in_the_state(kind, thing, namespace, *, let_go):
    """The program of an earlier version; the last of them lets go of what it has made."""

    def build(options):
        def register(child):
            given = definition_of(kind, {})
            stack = f"{pulumi.get_project()}/{pulumi.get_stack()}"
            marks = {"annotations": {"metalml/stack": stack}} if let_go else {}
            return CustomResourceDefinition(
                f"{THINGS}-{crd_of(kind)}",
                metadata={**given["metadata"], **marks},
                spec=given["spec"],
                opts=ResourceOptions.merge(child, ResourceOptions(retain_on_delete=let_go)),
            )

        object_of(kind, thing, namespace, options, Things(register, options).kinds)

    return build


def test_kinds_and_their_objects_come_and_go_in_one_run_and_the_second_changes_nothing(
    stack, namespace, api_server, kind
):
    build = delivered(api_server, kind, thing="one", namespace=namespace)
    stack.preview(build)
    stack.up(build)
    assert api_server.get(crd_of(kind), "one", namespace)
    assert stack.up(build).steps == []
    assert "openAPIV3Schema" not in json.dumps(stack.exported())
    stack.destroy()
    assert not api_server.get("crd", crd_of(kind))


def test_those_that_earlier_versions_had_in_the_state_stay_with_all_their_objects(
    stack, namespace, api_server, kind
):
    stack.up(in_the_state(kind, "one", namespace, let_go=False))
    before = [api_server.get("crd", crd_of(kind)), api_server.get(crd_of(kind), "one", namespace)]
    after = delivered(api_server, kind, thing="one", namespace=namespace)
    # Also where the run goes on after an error, as docs/real-servers.md has it.
    run = stack.up(after, fails=True, continue_on_error=True)
    assert f"{crd_of(kind)}" in run.text and "docs/upgrade.md" in run.text
    assert api_server.get(crd_of(kind), "one", namespace)

    stack.up(in_the_state(kind, "one", namespace, let_go=True))
    stack.up(after)
    now = [api_server.get("crd", crd_of(kind)), api_server.get(crd_of(kind), "one", namespace)]
    assert [one["metadata"]["uid"] for one in now] == [one["metadata"]["uid"] for one in before]
    assert "openAPIV3Schema" not in json.dumps(stack.exported())
    assert stack.up(after).steps == []
    # Nothing is left that only a manager who has gone could take back.
    shown = api_server.kubectl("get", "crd", crd_of(kind), "--show-managed-fields", "-o", "json").stdout
    managers = [one["manager"] for one in json.loads(shown)["metadata"]["managedFields"]]
    assert "metalml" in managers and not [one for one in managers if one.startswith("pulumi")]
    stack.destroy()
    assert not api_server.get("crd", crd_of(kind))


def test_those_of_others_are_refused_with_their_names_before_anything_is_changed(
    stack, namespace, api_server, kind
):
    other = f"{kind}Other"
    api_server.establish([definition_of(other, {})])
    run = stack.up(delivered(api_server, kind, other), fails=True)
    assert f"{crd_of(other)} (made by kubectl)" in run.text
    assert "nothing was changed" in run.text and "kubectl annotate" in run.text
    assert not api_server.get("crd", crd_of(kind))
    stack.destroy()
    assert api_server.get("crd", crd_of(other))
    api_server.kubectl("delete", "crd", crd_of(other))


def test_one_with_objects_of_others_stays_when_the_stack_goes(stack, namespace, api_server, kind):
    stack.up(delivered(api_server, kind))
    api_server.apply(
        [
            {
                "apiVersion": "test.example/v1",
                "kind": kind,
                "metadata": {"name": "theirs", "namespace": namespace},
                "spec": {},
            }
        ]
    )
    run = stack.destroy()
    assert api_server.get(crd_of(kind), "theirs", namespace)
    assert f"{crd_of(kind)} stays" in run.console


def test_a_new_release_is_one_line_of_the_preview_and_brings_and_takes_kinds(
    stack, namespace, api_server, kind
):
    dropped = f"{kind}Old"
    stack.up(delivered(api_server, kind, dropped))
    unit = {"unit": {"type": "string"}}
    newer = delivered(api_server, kind, release="Things 2.0", more=unit)
    run = stack.preview(newer)
    assert run.changes == {f"{THINGS}-definitions": "update"}
    assert "environment" in run.details[f"{THINGS}-definitions"]
    stack.up(newer)
    spec = api_server.get("crd", crd_of(kind))["spec"]
    assert "unit" in json.dumps(spec)
    assert not api_server.get("crd", crd_of(dropped))


def test_one_that_somebody_has_deleted_comes_back_and_no_other_is_taken_away_for_it(
    stack, namespace, api_server, kind
):
    other = f"{kind}Other"
    build = delivered(api_server, kind, other, thing="one", namespace=namespace)
    stack.up(build)
    before = api_server.get(crd_of(kind), "one", namespace)
    api_server.kubectl("delete", "crd", crd_of(other))
    run = stack.up(build, replace=[stack.state()[f"{THINGS}-definitions"]["urn"]])
    assert {name for name, _, _ in run.steps} == {f"{THINGS}-definitions"}
    assert api_server.get("crd", crd_of(other))
    assert api_server.get(crd_of(kind), "one", namespace)["metadata"]["uid"] == before["metadata"]["uid"]
    stack.destroy()


def removed_by_script(
    kubeconfig: str, folder: Path, programs: Path, **more: str
) -> subprocess.CompletedProcess:
    """What `pulumi destroy` runs, with the programs of a folder before all others."""
    variables = {
        "METALML_DEFINITIONS": "things.test.example",
        "METALML_INTERNAL": "",
        "METALML_STACK": "metalml/test",
        "PATH": f"{programs}:{os.environ['PATH']}",
        "TMPDIR": str(folder),
        **more,
    }
    command = ["bash", REPOSITORY / SCRIPT, "remove"]
    return subprocess.run(command, input=kubeconfig, env=variables, text=True, capture_output=True)


def test_those_of_a_cluster_that_is_gone_are_forgotten_where_the_user_says_so(tmp_path, api_server):
    gone = yaml.safe_load(api_server.kubeconfig.read_text())
    gone["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{free_ports(1)[0]}"
    programs = KUBERNETES.build(Progress()).path("kubectl").parent
    remove = partial(removed_by_script, json.dumps(gone), tmp_path, programs)
    assert remove().returncode != 0
    told = remove(PULUMI_K8S_DELETE_UNREACHABLE="true")
    assert (told.returncode, "are forgotten" in told.stderr) == (0, True)


def test_the_kubeconfig_is_neither_in_a_file_that_has_a_name_nor_in_a_process_list(tmp_path: Path) -> None:
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(
        "#!/usr/bin/env bash\n"
        'echo "$@" "$(env)" >>"$TMPDIR/../seen"; find "$TMPDIR" -type f -exec cat {} + >>"$TMPDIR/../seen"\n'
        'cat "${1#--kubeconfig=}" >>"$TMPDIR/../given"\n'
    )
    kubectl.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    assert removed_by_script("a kubeconfig", tmp_path / "tmp", kubectl.parent).returncode == 0
    assert "a kubeconfig" in (tmp_path / "given").read_text()
    assert "a kubeconfig" not in (tmp_path / "seen").read_text()
    assert not list((tmp_path / "tmp").iterdir())
