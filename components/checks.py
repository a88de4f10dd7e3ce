"""Refusals that many components share: each names the field, the value and what is allowed."""

import re

# RFC 1123, as the API server checks names of objects that end up in DNS.
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
DNS_LABEL_MAX = 63
DNS_NAME_MAX = 253
SIZE = re.compile(r"(?=.*[1-9])\d+(\.\d+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?")


def require_dns_label(field: str, value: str) -> None:
    """Refuse a name that the API server would refuse half way through a run."""
    if len(value) > DNS_LABEL_MAX or not DNS_LABEL.fullmatch(value):
        raise ValueError(
            f"{field} {value!r} cannot name an object; use at most {DNS_LABEL_MAX} "
            "lower-case letters, digits and '-', starting and ending with a letter or digit"
        )


def require_dns_name(field: str, value: str) -> None:
    """Refuse a name that is not one or more labels joined by dots."""
    if len(value) > DNS_NAME_MAX or not all(DNS_LABEL.fullmatch(label) for label in value.split(".")):
        raise ValueError(
            f"{field} {value!r} cannot name an object; use at most {DNS_NAME_MAX} lower-case letters, "
            "digits, '-' and '.', starting and ending with a letter or digit"
        )


def require_absolute_path(field: str, value: str) -> None:
    """Refuse a path that is relative, that climbs, or that is the root of a machine."""
    if not value.startswith("/") or value.strip("/") == "" or ".." in value.split("/"):
        raise ValueError(f"{field} {value!r} must be an absolute path below / without '..'")


def require_pinned_image(field: str, value: str) -> None:
    """Refuse an image whose content can change under the same name."""
    tag = value.rsplit("/", 1)[-1].partition(":")[2]
    if "@sha256:" not in value and tag in ("", "latest"):
        raise ValueError(f"{field} {value!r} is not pinned; add a tag (not 'latest') or a digest")


def require_size(field: str, value: str) -> None:
    """Refuse what is no number of bytes above zero."""
    if not SIZE.fullmatch(value):
        raise ValueError(f"{field} {value!r} is not a size; write it like 5Gi")
