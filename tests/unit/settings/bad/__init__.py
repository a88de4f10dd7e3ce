"""One entry for each mistake that somebody can make in the settings of `dev`.

Each says what is changed in good settings, and where and how the mistake is reported. Nothing else may be
reported: a list in which one mistake causes three entries is not read.
"""

from tests.unit.settings.bad.alerting import ALERTING
from tests.unit.settings.bad.autoscaling import AUTOSCALING
from tests.unit.settings.bad.cluster import CLUSTER
from tests.unit.settings.bad.files import FILES
from tests.unit.settings.bad.gpu import GPU
from tests.unit.settings.bad.grafana import GRAFANA
from tests.unit.settings.bad.keys import KEYS
from tests.unit.settings.bad.layers import LAYERS
from tests.unit.settings.bad.logging import LOGGING
from tests.unit.settings.bad.machines import MACHINES
from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.bad.models import MODELS
from tests.unit.settings.bad.monitored import MONITORED
from tests.unit.settings.bad.monitoring import MONITORING
from tests.unit.settings.bad.placement import PLACEMENT
from tests.unit.settings.bad.platform import PLATFORM
from tests.unit.settings.bad.ranges import RANGES
from tests.unit.settings.bad.rollouts import ROLLOUTS
from tests.unit.settings.bad.secrets import SECRETS
from tests.unit.settings.bad.server import SERVER
from tests.unit.settings.bad.teams import TEAMS
from tests.unit.settings.bad.training import TRAINING

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
