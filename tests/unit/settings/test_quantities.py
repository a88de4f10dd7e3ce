"""Amounts are written as Kubernetes writes them: what somebody writes again there is no difference here."""

import pytest

from settings.quantities import canonical


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("0.5", "500m"),
        ("3.5", "3500m"),
        ("1000m", "1"),
        ("2", "2"),
        ("2000", "2k"),
        ("0", "0"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("7Gi", "7Gi"),
        ("0.5Ki", "512"),
        ("7516192768", "7516192768"),
    ],
)
def test_an_amount_is_written_as_the_api_server_writes_it(given: str, written: str) -> None:
    assert canonical(given) == written
    assert canonical(written) == written


def test_what_is_no_amount_is_refused_with_what_one_looks_like() -> None:
    with pytest.raises(ValueError, match="write it as 500m"):
        canonical("much")
