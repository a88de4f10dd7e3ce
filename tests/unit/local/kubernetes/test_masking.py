"""What a pod says is shown without what it must not tell."""

import base64

import pytest

from local.kubernetes.client import ApiError
from local.kubernetes.masking import masking

SECRETS = {
    "one": {"password": "hunter2-canary"},
    "two": {"key": "first line\nsecond line"},
    "three": {"t": "abc"},
}


class Cluster:
    """Has Secrets."""

    def request(self, _, path, **options):
        name = path.rpartition("/")[2]
        if name == "forbidden":
            raise ApiError(403, {"message": "no"})
        if name not in SECRETS:
            raise ApiError(404, {"message": "not there"})
        return {"data": {key: encoded(value) for key, value in SECRETS[name].items()}}


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def masked(line, env=(), env_from=(), volumes=()):
    container = {"name": "main", "env": list(env), "envFrom": list(env_from)}
    pod = {"metadata": {"namespace": "n"}, "spec": {"containers": [container], "volumes": list(volumes)}}
    return masking(pod, Cluster())(line)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "given",
    [
        {"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "one", "key": "password"}}}]},
        {"env_from": [{"secretRef": {"name": "one"}}]},
        {"volumes": [{"name": "v", "secret": {"secretName": "one"}}]},
        {"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "one"}}]}}]},
        {"env": [{"name": "DB_PASSWORD", "value": "hunter2-canary"}]},
    ],
    ids=["a variable", "all variables", "a volume", "a projected volume", "a literal"],
)
def test_a_secret_is_struck_out_however_the_pod_got_it(given):
    assert masked("login root:hunter2-canary failed", **given) == "login root:[secret] failed"


def test_a_secret_is_struck_out_in_its_encoded_form_and_line_by_line():
    volumes = [{"name": "v", "secret": {"secretName": name}} for name in ("one", "two", "not-there")]
    assert masked(f"got {encoded('hunter2-canary')}", volumes=volumes) == "got [secret]"
    assert masked("key: second line", volumes=volumes) == "key: [secret]"


def test_a_service_accounts_token_is_struck_out():
    token = ".".join(("eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJ4In0abc", "c2lnbmF0dXJl"))
    assert masked(f"Authorization: Bearer {token}") == "Authorization: Bearer [secret]"


def test_what_is_no_secret_stays_and_a_line_has_an_end():
    assert masked("port 8501", env=[{"name": "PORT", "value": "8501"}]) == "port 8501"
    # Too short to be told from a word.
    assert masked("abc", env_from=[{"secretRef": {"name": "three"}}]) == "abc"
    assert len(masked("x" * 9999)) < 400


def test_a_terminal_is_told_nothing_but_text():
    assert masked("\x1b[2Jred\x07 alert") == "[2Jred  alert"


def test_where_secrets_cannot_be_read_there_is_nothing_to_show():
    with pytest.raises(ApiError):
        masked("anything", env_from=[{"secretRef": {"name": "forbidden"}}])
