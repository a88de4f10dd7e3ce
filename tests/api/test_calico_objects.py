"""Calico's objects against its own kinds, on a real API server."""

import pytest

from components import versions
from components.network.calico import Calico, CalicoArgs
from components.network.calico_installation import InstallationSpec
from tests.api.api_server import RefusedError
from tests.api.calico_kinds import calico_kinds
from tests.unit.conftest import definitions as delivery


@pytest.fixture(scope="session")
def definitions():
    """The operator's own kinds."""
    return calico_kinds()


@pytest.fixture(scope="session")
def kinds(api_server, definitions):
    """The kinds, known to the API server."""
    api_server.establish(definitions)


def objects_of(rendered, definitions, **network):
    spec = InstallationSpec(pod_range="10.244.0.0/16", **network)
    image = versions.IMAGES["tigera-operator"]
    args = CalicoArgs(installation=spec, operator_image=image, definitions=delivery(*definitions))
    return rendered(lambda: Calico("calico", args))


def installation_of(objects):
    (one,) = [one for one in objects if one["kind"] == "Installation"]
    return one


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize(
    "network",
    [{}, {"machine_range": "10.77.0.0/24", "machine_mtu": 1450}],
    ids=["as little as possible", "everything given"],
)
def test_every_object_is_accepted_to_the_last_field(api_server, rendered, definitions, network):
    objects = objects_of(rendered, definitions, **network)
    first = [one for one in objects if one["kind"] in ("CustomResourceDefinition", "Namespace")]
    api_server.apply(first)
    rest = [one for one in objects if one not in first]
    assert "unknown field" not in api_server.apply(rest, dry_run=True)


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("linuxDataPlane", "Nftables", "linuxDataPlane"),
        ("bgp", "Off", "spec.calicoNetwork.bgp: Unsupported value"),
        ("mtu", "1400", "spec.calicoNetwork.mtu"),
    ],
)
def test_a_wrong_field_would_have_been_refused(api_server, rendered, definitions, field, value, says):
    installation = installation_of(objects_of(rendered, definitions))
    installation["spec"]["calicoNetwork"][field] = value
    with pytest.raises(RefusedError, match=says):
        api_server.apply([installation], dry_run=True)


def test_the_kinds_reach_the_api_server_as_the_release_has_them(rendered, definitions):
    objects = objects_of(rendered, definitions)
    made = {one["metadata"]["name"]: one for one in objects if one["kind"] == "CustomResourceDefinition"}
    for definition in definitions:
        assert made[definition["metadata"]["name"]]["spec"] == definition["spec"]
