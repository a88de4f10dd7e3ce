"""What a kubeconfig says about one cluster: where it is, whom to trust, who we are."""

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import Problem

# What kubectl would follow and this does not: saying so beats a connection that fails.
_NOT_READ = {
    "cluster": ("insecure-skip-tls-verify", "tls-server-name", "proxy-url"),
    "user": ("exec", "auth-provider", "username", "tokenFile", "as"),
}


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach an API server."""

    server: str
    headers: Mapping[str, str]
    trust: ssl.SSLContext


def access(kubeconfig: str) -> Access:
    """The access that a kubeconfig, or the file of one, gives. Raises Problem where it is not usable."""
    cluster, user = _parts(kubeconfig)
    for kind, entry in (("cluster", cluster), ("user", user)):
        found = [key for key in _NOT_READ[kind] if entry.get(key)]
        if found:
            raise Problem(f"{', '.join(found)} of a kubeconfig's {kind} is not followed here; kubectl does")
    headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
    try:
        trust = _trust(cluster, user)
    except (OSError, ValueError, binascii.Error) as error:
        raise Problem(f"the kubeconfig has a certificate or key that cannot be read: {error}") from error
    return Access(server=str(cluster["server"]).rstrip("/"), headers=headers, trust=trust)


def _parts(kubeconfig: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    is_text = "\n" in kubeconfig or kubeconfig.lstrip().startswith("{")
    try:
        config = yaml.safe_load(kubeconfig if is_text else Path(kubeconfig).expanduser().read_text())
        chosen = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], chosen["cluster"])["cluster"]
        cluster["server"]
        return cluster, _named(config["users"], chosen["user"])["user"]
    except OSError as error:
        raise Problem(f"the kubeconfig cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, yaml.YAMLError) as error:
        # Not the text itself: it holds a key.
        raise Problem(f"the kubeconfig is not complete or no YAML ({type(error).__name__})") from error


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for entry in entries:
        if entry["name"] == name:
            return entry
    raise Problem(f"the kubeconfig has no entry {name!r}")


def _trust(cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority")
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    certificate, key = _content(user, "client-certificate"), _content(user, "client-key")
    if certificate and key:
        # ssl reads keys from files only; this one is ours alone, and gone as soon as it is read.
        with tempfile.NamedTemporaryFile(prefix="metalml-") as file:
            file.write(certificate + b"\n" + key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _content(entry: Mapping[str, Any], name: str) -> bytes | None:
    if f"{name}-data" in entry:
        return base64.b64decode(entry[f"{name}-data"])
    return Path(entry[name]).expanduser().read_bytes() if name in entry else None
