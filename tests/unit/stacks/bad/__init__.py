"""One entry for each mistake that somebody can make in the settings of `dev`.

Each says what is changed in good settings, and where and how the mistake is reported. Nothing else may be
reported: a list in which one mistake causes three entries is not read.
"""

from tests.unit.stacks.bad.alerting import ALERTING
from tests.unit.stacks.bad.autoscaling import AUTOSCALING
from tests.unit.stacks.bad.cluster import CLUSTER
from tests.unit.stacks.bad.files import FILES
from tests.unit.stacks.bad.gpu import GPU
from tests.unit.stacks.bad.grafana import GRAFANA
from tests.unit.stacks.bad.keys import KEYS
from tests.unit.stacks.bad.layers import LAYERS
from tests.unit.stacks.bad.logging import LOGGING
from tests.unit.stacks.bad.machines import MACHINES
from tests.unit.stacks.bad.mistake import Bad
from tests.unit.stacks.bad.models import MODELS
from tests.unit.stacks.bad.monitored import MONITORED
from tests.unit.stacks.bad.monitoring import MONITORING
from tests.unit.stacks.bad.placement import PLACEMENT
from tests.unit.stacks.bad.platform import PLATFORM
from tests.unit.stacks.bad.ranges import RANGES
from tests.unit.stacks.bad.rollouts import ROLLOUTS
from tests.unit.stacks.bad.secrets import SECRETS
from tests.unit.stacks.bad.server import SERVER
from tests.unit.stacks.bad.teams import TEAMS
from tests.unit.stacks.bad.training import TRAINING

BAD = {
    **KEYS,
    **LAYERS,
    **CLUSTER,
    **RANGES,
    **MACHINES,
    **PLATFORM,
    **GPU,
    **MONITORING,
    **MONITORED,
    **GRAFANA,
    **LOGGING,
    **MODELS,
    **FILES,
    **TRAINING,
    **PLACEMENT,
    **TEAMS,
    **AUTOSCALING,
    **ROLLOUTS,
    **SERVER,
    **SECRETS,
    **ALERTING,
}

__all__ = ["BAD", "Bad"]
