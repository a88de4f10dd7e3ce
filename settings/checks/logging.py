"""Rules about logs: they fit where they are kept, and what brings them there can log in."""

from collections.abc import Iterator
from pathlib import Path

from components.versions import IMAGES
from settings.checks.finding import known, mistake, present
from settings.errors import Mistake
from settings.logging import ElasticsearchSettings, LoggingSettings
from settings.paths import at, each
from settings.quantities import quantity_value
from settings.stack import Settings

NAMESPACE = "logging"
# Elasticsearch puts nothing new on a node whose disk is fuller than this.
FILLED_PERCENT = 85
# Half of it is Java's, and with less than 1 GiB that is always short of it.
LEAST_MEMORY = "2Gi"
# Two chunks on their way, one that is being filled, and room to go on.
LEAST_BUFFER = "64Mi"


def _logging(settings: Settings) -> LoggingSettings | None:
    logging = settings.platform.logging
    return logging if present(logging) else None


def _elasticsearch(settings: Settings) -> ElasticsearchSettings | None:
    logging = _logging(settings)
    output = logging.output if logging is not None else None
    return output if isinstance(output, ElasticsearchSettings) else None


def namespace_is_free(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Whoever may start pods beside the collectors could read everybody's logs."""
    if _logging(settings) is None:
        return
    platform = settings.platform
    entries = [
        *each(platform.namespaces, at.platform.namespaces),
        *((path.name, team.name) for path, team in each(platform.teams, at.platform.teams)),
    ]
    for path, name in entries:
        if known(name) and name == NAMESPACE:
            yield mistake(
                path, name, "a namespace that is not platform.logging's", "choose another name, or remove it"
            )


def a_majority_is_left(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Of two nodes neither may go on alone: they are twice as likely to stop as one."""
    output = _elasticsearch(settings)
    if output is not None and known(output.replicas) and output.replicas == 2:
        yield mistake(
            at.platform.logging.output.replicas,
            "2",
            "1, or 3 and more: with 3 one may be away",
            "choose 1 or 3",
        )


def logs_fit_on_the_volumes(settings: Settings, _: Path) -> Iterator[Mistake]:
    """With more than the volumes take, disks fill up before anything is deleted."""
    output = _elasticsearch(settings)
    if output is None or not known(output.retention, output.volume, output.replicas):
        return
    size, volume = output.retention.size, output.volume.size
    if not present(size, volume) or size is None:
        return
    most = quantity_value(volume) * output.replicas * FILLED_PERCENT / 100
    if quantity_value(size) > most:
        yield mistake(
            at.platform.logging.output.retention.size,
            f"{size}, with {output.replicas} volumes of {volume}",
            f"at most {FILLED_PERCENT} % of all volumes, where Elasticsearch stops to fill them",
            "lower it, or make the volumes larger",
        )


def memory_is_enough(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A node with too little memory is killed again and again, with no word of why in its log."""
    output = _elasticsearch(settings)
    if output is None or not known(output.memory):
        return
    if quantity_value(output.memory) < quantity_value(LEAST_MEMORY):
        yield mistake(
            at.platform.logging.output.memory,
            output.memory,
            f"{LEAST_MEMORY} or more",
            "raise it: half of it is Java's heap",
        )


def buffer_is_enough(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A buffer that holds no chunk takes no line."""
    logging = _logging(settings)
    if logging is None or not known(logging.buffer):
        return
    if quantity_value(logging.buffer) < quantity_value(LEAST_BUFFER):
        yield mistake(at.platform.logging.buffer, logging.buffer, f"{LEAST_BUFFER} or more", "raise it")


def snapshots_have_keys(settings: Settings, _: Path) -> Iterator[Mistake]:
    """No store lets everybody write."""
    output = _elasticsearch(settings)
    if output is None or not present(output.snapshots) or not known(settings.s3_access_key_id):
        return
    if not settings.s3_access_key_id:
        yield mistake(
            at.platform.logging.output.snapshots,
            "a store, and no s3AccessKeyId",
            "snapshots with metalml:s3AccessKeyId and metalml:s3SecretAccessKey",
            "add both, or remove snapshots",
        )


def output_can_log_in(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The secret that the output names is there."""
    logging = _logging(settings)
    secret = getattr(logging.output, "secret", None) if logging is not None else None
    if not present(secret) or not known(settings.secrets):
        return
    if secret not in settings.secrets:
        there = ", ".join(settings.secrets) or "there is none"
        yield mistake(
            at.platform.logging.output.secret,
            str(secret),
            f"a name in metalml:secrets: {there}",
            f"pulumi config set --secret --path metalml:secrets.{secret}",
        )


def output_has_an_image(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Fluentd's project publishes no image with the plugins of Google and Microsoft."""
    logging = _logging(settings)
    kind = logging.output.kind if logging is not None and present(logging.output) else None
    if not present(kind) or not known(settings.images):
        return
    key = f"fluentd-{kind}"
    if key not in IMAGES and key not in settings.images:
        yield mistake(
            at.platform.logging.output.kind,
            str(kind),
            f"an output whose image is known: metalml:images has no {key}",
            f"build one with its plugin (docs/logging.md), and add {key} to metalml:images",
        )


CHECKS = (
    namespace_is_free,
    a_majority_is_left,
    logs_fit_on_the_volumes,
    memory_is_enough,
    buffer_is_enough,
    snapshots_have_keys,
    output_can_log_in,
    output_has_an_image,
)
