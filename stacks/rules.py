"""Recording and alerting rules of the platform, of each model, and of the settings."""

from collections.abc import Collection, Sequence
from typing import Any

from pulumi import Input, Output, Resource, ResourceOptions

from components.monitoring.model_scraping import STABLE
from components.monitoring.rules.burn_rate import objective_groups
from components.monitoring.rules.evaluation import evaluation_groups
from components.monitoring.rules.objects import Rules
from components.monitoring.rules.platform import platform_groups
from components.monitoring.rules.values import Alert, Group, Links, rule_spec
from settings import ModelSettings, Settings
from settings.alerts import PLATFORM_TEAM
from settings.rules import AlertSettings
from stacks.outputs import PlatformOutputs

# The runbooks in this repository: the default where the settings have no URL.
RUNBOOKS = "docs/runbooks"
OWN = "own"


def rule_groups(settings: Settings) -> Sequence[Group]:
    """All rule groups that Prometheus evaluates for these settings, of all layers."""
    teams = [team.name for team in settings.platform.teams]
    return [
        *platform_rule_groups(settings),
        *(group for model in settings.models for group in model_groups(model, team_of(model, teams))),
    ]


def platform_rule_groups(settings: Settings) -> Sequence[Group]:
    """The rule groups of the platform, and a group for the alerts of the settings."""
    groups = platform_groups(team.name for team in settings.platform.teams)
    monitoring = settings.platform.monitoring
    if monitoring is not None and monitoring.rules.alerts:
        groups.append(Group(name=OWN, rules=[_own(alert) for alert in monitoring.rules.alerts]))
    return groups


def model_groups(model: ModelSettings, team: str) -> Sequence[Group]:
    """The rule groups of a model, for its objectives and its evaluation."""
    groups: list[Group] = []
    tracks = tracks_of(model)
    if model.objectives is not None:
        groups += objective_groups(model.namespace, model.name, model.objectives, team=team, tracks=tracks)
    if model.evaluation is not None:
        groups += evaluation_groups(model.namespace, model.name, model.evaluation, team=team, tracks=tracks)
    return groups


def tracks_of(model: ModelSettings) -> Sequence[str]:
    """The tracks of a model, as values of the label `track` of its metrics."""
    return [track.name for track in model.rollout.tracks] or [STABLE]


def team_of(model: ModelSettings, teams: Collection[str]) -> str:
    """The team that is notified of a model's alerts: the team of its namespace."""
    return model.namespace if model.namespace in teams else PLATFORM_TEAM


def links_of(settings: Settings) -> Links:
    """The base URLs of runbooks and dashboards, for annotations of alerts."""
    monitoring = settings.platform.monitoring
    if monitoring is None:
        return Links(runbooks=RUNBOOKS)
    grafana = monitoring.grafana
    return Links(
        runbooks=(monitoring.rules.runbooks or RUNBOOKS).rstrip("/"),
        dashboards=((grafana and grafana.url) or "").rstrip("/"),
    )


def register_platform_rules(
    settings: Settings, namespace: Input[str], defined: Resource, options: ResourceOptions
) -> None:
    """Register the rules of the platform after `defined`, the CRD of PrometheusRule."""
    links = links_of(settings)
    specs = {group.name: rule_spec([group], links) for group in platform_rule_groups(settings)}
    Rules("rules", namespace, specs, [defined], options)


def register_model_rules(
    model: ModelSettings, namespace: Input[str], platform: PlatformOutputs, options: ResourceOptions
) -> None:
    """Register the rules of a model, where it has objectives or an evaluation."""
    if not model_groups(model, PLATFORM_TEAM):
        return

    def groups(parts: Sequence[Any]) -> Any:
        monitoring, teams = parts
        links = Links(runbooks=monitoring["runbooks"], dashboards=monitoring["dashboards"])
        return rule_spec(model_groups(model, team_of(model, teams)), links)["groups"]

    known = Output.all(platform.monitored(), platform.team_names())
    Rules(f"{model.name}-rules", namespace, {model.name: {"groups": known.apply(groups)}}, opts=options)


def _own(alert: AlertSettings) -> Alert:
    return Alert(
        **{**alert.model_dump(exclude={"holds"}), "for_": alert.holds, "team": alert.team or PLATFORM_TEAM}
    )
