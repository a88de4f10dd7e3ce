"""What alerts are called, how urgent they are, and who gets them."""

import re
from enum import StrEnum
from pathlib import Path

# A page for each alert of ours, called by its name.
RUNBOOKS = Path(__file__).parents[1] / "docs/runbooks"
ALERT_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
DURATION = re.compile(r"[1-9][0-9]*[smhd]")
# Whose alerts those are that belong to no team.
PLATFORM_TEAM = "platform"
NOBODY = "nobody"
HEARTBEAT = "heartbeat"
RESERVED = (NOBODY, HEARTBEAT)
"""Names that are no receivers of the user's own."""


class Severity(StrEnum):
    """How soon somebody has to look."""

    CRITICAL = "critical"
    """At once, also at night."""
    WARNING = "warning"
    """In working hours."""
    INFO = "info"
    """When somebody looks for a reason."""
    NONE = "none"
    """Nobody: it shows that alerts arrive."""
