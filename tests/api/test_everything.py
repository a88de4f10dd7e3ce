"""The real API server takes every object that the program can make, to the last field."""

import pytest

from tests.api.api_server import ApiServer
from tests.api.everything import render_everything

KIND = "CustomResourceDefinition"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    return render_everything(tmp_path_factory.mktemp("everything"))


def test_every_object_is_accepted_without_a_warning(api_server: ApiServer, everything):
    api_server.establish(one for one in everything if one["kind"] == KIND)
    api_server.apply(one for one in everything if one["kind"] == "Namespace")
    rest = [one for one in everything if one["kind"] not in (KIND, "Namespace")]
    assert len(rest) > 20
    assert api_server.apply(rest, dry_run=True) == ""
