"""Which alerts go to whom: what Alertmanager's configuration is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.monitoring.alerting.receivers import Channel, Receiver, Webhook, secrets_of
from settings.alerts import RESERVED, Severity

# Alertmanager sends a repetition only if the last message is older than the interval at the next look. With
# both the same it would be a race, and every second heartbeat late.
HEARTBEAT_MARGIN = 10


@dataclass(frozen=True, kw_only=True)
class Route:
    """Which alerts a receiver gets: those of any of the severities and any of the teams."""

    receiver: str
    severities: Sequence[Severity] = ()
    """None: of critical and warning."""
    teams: Sequence[str] = ()
    """None: of every team."""


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A service elsewhere that raises the alarm when it hears nothing."""

    webhook: Webhook
    every: int = 60
    """Seconds."""

    def __post_init__(self) -> None:
        if self.every <= HEARTBEAT_MARGIN:
            raise ValueError(f"every must be more than {HEARTBEAT_MARGIN} seconds, got {self.every}")


@dataclass(frozen=True, kw_only=True)
class Alerting:
    """Who is told of which alert."""

    receivers: Sequence[Receiver] = ()
    routes: Sequence[Route] = ()
    """The first that an alert fits has it."""
    default_receiver: str | None = None
    """Of alerts that fit no route; None: nobody."""
    heartbeat: Heartbeat | None = None

    def __post_init__(self) -> None:
        names = [receiver.name for receiver in self.receivers]
        if len({*names, *RESERVED}) < len(names) + len(RESERVED):
            raise ValueError(f"receivers {names} must have names of their own, and not {RESERVED}")
        asked = {route.receiver for route in self.routes} | ({self.default_receiver} - {None})
        if unknown := asked - {*names}:
            raise ValueError(f"routes name {sorted(map(str, unknown))}; there are {names}")

    @property
    def channels(self) -> Sequence[Channel]:
        """Every channel of every receiver, and the heartbeat's."""
        found = [channel for receiver in self.receivers for channel in receiver.channels]
        return [*found, self.heartbeat.webhook] if self.heartbeat else found

    @property
    def secrets(self) -> Sequence[str]:
        """The names of the secrets that Alertmanager needs, each once, sorted."""
        return sorted({name for channel in self.channels for name in secrets_of(channel)})
