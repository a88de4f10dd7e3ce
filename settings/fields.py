"""The small types that settings are made of, each with the sentence that a wrong value gets."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr

from settings.alerts import ALERT_NAME, DURATION
from settings.base import wrong
from settings.quantities import QUANTITY, quantity_value

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
DNS_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
# 63 characters: the limit of Kubernetes for a label's name and for its value.
LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
# Paths become words of commands on this computer and on machines, where a space would end them.
PATH_LETTERS = "A-Z a-z 0-9 / . _ - + @ and a leading ~"
PATH = re.compile(r"(~/)?[A-Za-z0-9/._+@-]+")
# Optional registry with port, names, then a tag, a digest, or both.
IMAGE = re.compile(
    r"([A-Za-z0-9.-]+(:\d+)?/)?[a-z0-9._-]+(/[a-z0-9._-]+)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})"
)
HOST_PORT = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}")
HTTP_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._/-]*)?")
PAGE_URL = re.compile(r"https?://[^\s\"'<>]+")
METRIC_LABEL = re.compile(r"[a-z_][a-z0-9_]*")
METRIC_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# RFC 9110's letters of a token, and the length that the Gateway API takes.
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")
# TensorFlow Serving's own rule.
VERSION_LABEL = re.compile(r"[A-Za-z0-9_]+")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
# The API server's default range for NodePort Services; the firewall opens the same.
NODE_PORTS = range(30000, 32768)


def _text(pattern: re.Pattern[str], allowed: str, do: str = "") -> BeforeValidator:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise wrong(allowed, do)
        return value

    return BeforeValidator(check)


def _network(value: Any) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    allowed = "an IPv4 range with its prefix length, such as 10.77.0.0/24"
    if not isinstance(value, str) or "/" not in value:
        raise wrong(allowed)
    try:
        network = IPv4Network(value, strict=False)
    except (AddressValueError, NetmaskValueError):
        raise wrong(allowed) from None
    if not value.startswith(f"{network.network_address}/"):
        raise wrong(allowed, f"write {network}: the range has to begin at its first address")
    return network


def _address(value: Any) -> IPv4Address:
    if isinstance(value, IPv4Address):
        return value
    try:
        if isinstance(value, str):
            return IPv4Address(value)
    except AddressValueError:
        pass
    raise wrong("an IPv4 address, such as 10.77.0.11", "write the address; names are not looked up")


def _quantity(value: Any) -> str:
    # YAML reads `cpu: 2` as a number and Kubernetes means the same by it.
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not QUANTITY.fullmatch(text):
        raise wrong("a Kubernetes quantity: a number with an optional unit, such as 500m, 2, 512Mi or 5Gi")
    return text


def _size(value: Any) -> str:
    text = _quantity(value)
    if text.endswith("m") or not quantity_value(text):
        raise wrong("a number of bytes above 0, such as 5Gi")
    return text


def _label_key(value: Any) -> str:
    prefix, slash, name = str(value).rpartition("/")
    if not LABEL_NAME.fullmatch(name) or (slash and not DNS_NAME.fullmatch(prefix)):
        raise wrong("a label key: an optional DNS name and a slash, then at most 63 of A-Z a-z 0-9 - _ .")
    return str(value)


def _label_value(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("text", 'put it in quotes: YAML reads true and 1 as something else than "true" and "1"')
    if value and not LABEL_NAME.fullmatch(value):
        raise wrong("empty, or at most 63 of A-Z a-z 0-9 - _ . that begin and end with a letter or digit")
    return value


def _absolute(value: Any) -> str:
    clean = isinstance(value, str) and value.startswith("/") and PATH.fullmatch(value)
    if not clean or ".." in value.split("/") or not value.strip("/"):
        raise wrong(f"an absolute path on the machine, without .., of {PATH_LETTERS}; such as /mnt/ml-models")
    return value.rstrip("/")


def _node_port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in NODE_PORTS:
        raise wrong(f"a number from {NODE_PORTS.start} to {NODE_PORTS.stop - 1}")
    return value


def _secret(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        raise wrong("text that is not empty")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise wrong("a share, from 0 to 1", "write 0.95 for 95 %")
    return float(value)


def _image(value: Any) -> str:
    if not isinstance(value, str) or not IMAGE.fullmatch(value) or value.endswith(":latest"):
        raise wrong(
            "an image with a tag that is not latest, or with a digest, such as example.com/server:1.2",
            "pin it: what runs must not change under the same name",
        )
    return value


Label = Annotated[
    str, _text(DNS_LABEL, "a DNS label: at most 63 of a-z 0-9 -, beginning and ending with a letter or digit")
]
"""Names of machines, namespaces, Deployments, Services."""

DnsName = Annotated[
    str, _text(DNS_NAME, "a DNS name: labels of a-z 0-9 - with dots between them, 253 characters at most")
]
"""Names of objects that may have dots in them, such as volumes and their classes."""

User = Annotated[str, _text(USER, "a login name of the machine, such as root or ubuntu")]
Network = Annotated[IPv4Network, BeforeValidator(_network)]
"""It begins at its first address. A single address is a `/32`."""

Address = Annotated[IPv4Address, BeforeValidator(_address)]
"""Names are not looked up."""

Quantity = Annotated[str, BeforeValidator(_quantity)]
"""Of CPU in cores (`500m` is half of one), of memory and storage in bytes (`1Mi` is 1048576 of them)."""

Size = Annotated[str, BeforeValidator(_size)]
"""Of a volume, in bytes, and above 0."""

LabelKey = Annotated[str, BeforeValidator(_label_key)]
LabelValue = Annotated[str, BeforeValidator(_label_value)]
"""Of a label or taint. `true` and numbers go in quotes: YAML reads them as something else than text."""

HostPort = Annotated[
    str, _text(HOST_PORT, "a host and a port, such as provider.example.com:8086", "write both")
]
HttpUrl = Annotated[
    str, _text(HTTP_URL, "an address that begins with http:// or https://, such as http://prometheus:9090")
]
"""Host, port and path, and nothing behind them."""

MetricName = Annotated[str, _text(METRIC_NAME, "a name of a-z 0-9 and _, beginning with a letter")]
"""What is left of a metric's name behind its prefix."""

Secret = Annotated[SecretStr, BeforeValidator(_secret)]
"""Encrypted in `Pulumi.<stack>.yaml`; what stands there in plain text is refused."""

PageUrl = Annotated[
    str, _text(PAGE_URL, "the address of a page, such as https://wiki.example.com/runbooks/disk-full")
]
MetricLabel = Annotated[str, _text(METRIC_LABEL, "a name of a-z 0-9 and _, beginning with a letter")]
AlertName = Annotated[
    str, _text(ALERT_NAME, "a name LikeThis, of letters and digits, beginning with a capital letter")
]
Duration = Annotated[str, _text(DURATION, "a number and one of s m h d, such as 5m")]
LocalPath = Annotated[str, _text(PATH, f"a path on this computer, of {PATH_LETTERS}")]
"""Relative to the project's directory, as written: the same stack gives the same inputs everywhere."""

Image = Annotated[str, BeforeValidator(_image)]
"""What runs must not change under the same name."""

AbsolutePath = Annotated[str, BeforeValidator(_absolute)]
Percent = Annotated[int, Field(ge=1, le=99)]
Share = Annotated[float, BeforeValidator(_share)]
"""`0.95` is 95 %."""

Port = Annotated[int, Field(ge=1, le=65535)]
NodePort = Annotated[int, BeforeValidator(_node_port)]
"""Port of every machine, for one Service only; the range is the API server's default."""

HeaderName = Annotated[str, _text(HEADER_NAME, "a name of an HTTP header, such as x-variant")]
Version = Annotated[int, Field(ge=0, lt=2**63, strict=True)]
"""Of a model: the number that its folder is called by."""

Text = Annotated[str, Field(min_length=1)]
