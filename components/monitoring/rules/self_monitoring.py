"""Meta-monitoring, and the Watchdog: a dead man's switch that always fires."""

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

WATCHDOG = "Watchdog"


def self_monitoring_groups() -> list[Group]:
    """The rule group of Prometheus, Alertmanager and their operator."""
    return [Group(name="monitoring", rules=[_watchdog(), *_prometheus(), *_alertmanager()])]


def _watchdog() -> Alert:
    return Alert(
        name=WATCHDOG,
        expr="vector(1)",
        severity=Severity.NONE,
        summary="Alerts arrive",
        description="It always fires. Whoever waits for it raises the alarm when it stops coming.",
    )


def _prometheus() -> list[Alert]:
    return [
        Alert(
            name="TargetDown",
            expr="count by (job, namespace) (up == 0) / count by (job, namespace) (up) > 0.1",
            for_="10m",
            severity=Severity.WARNING,
            summary="Targets of {{ $labels.job }} cannot be scraped",
            description=(
                "{{ $value | humanizePercentage }} of the targets of {{ $labels.job }} in "
                "{{ $labels.namespace }} give no figures: alerts about them cannot fire."
            ),
            dashboard="cluster",
        ),
        Alert(
            name="MonitoringConfigurationRefused",
            expr=(
                'max_over_time(prometheus_config_last_reload_successful{job="prometheus"}[5m]) == 0'
                ' or max_over_time(alertmanager_config_last_reload_successful{job="alertmanager"}[5m]) == 0'
            ),
            for_="5m",
            severity=Severity.CRITICAL,
            summary="{{ $labels.pod }} cannot read its configuration",
            description="It goes on with the one that it had: new targets, rules, receivers are not in it.",
        ),
        Alert(
            name="PrometheusRuleFails",
            expr='increase(prometheus_rule_evaluation_failures_total{job="prometheus"}[5m]) > 0',
            for_="10m",
            severity=Severity.CRITICAL,
            summary="Prometheus {{ $labels.pod }} cannot compute a rule",
            description="Group {{ $labels.rule_group }} failed {{ $value | humanize }} times in 5 minutes.",
        ),
        Alert(
            name="PrometheusCannotSendAlerts",
            expr=(
                'prometheus_notifications_alertmanagers_discovered{job="prometheus"} < 1'
                ' or rate(prometheus_notifications_dropped_total{job="prometheus"}[5m]) > 0'
            ),
            for_="5m",
            severity=Severity.CRITICAL,
            summary="Prometheus {{ $labels.pod }} does not get rid of its alerts",
            description="It knows no Alertmanager, or none takes what it sends.",
        ),
        Alert(
            name="OperatorFails",
            expr=(
                'rate(prometheus_operator_reconcile_errors_total{job="prometheus-operator"}[5m]) > 0'
                ' or prometheus_operator_managed_resources{state="rejected"} > 0'
            ),
            for_="15m",
            severity=Severity.WARNING,
            summary="The Prometheus operator cannot do what it is told",
            description="Its controller {{ $labels.controller }} fails, or it refuses an object as wrong.",
        ),
    ]


def _alertmanager() -> list[Alert]:
    return [
        Alert(
            name="AlertmanagerCannotNotify",
            expr=(
                "sum by (integration, reason)"
                ' (rate(alertmanager_notifications_failed_total{job="alertmanager"}[5m])) > 0'
            ),
            for_="5m",
            severity=Severity.CRITICAL,
            summary="Alerts do not reach {{ $labels.integration }}",
            description="Sending fails: {{ $labels.reason }}.",
        ),
        Alert(
            name="AlertmanagerMemberMissing",
            # Members export how many members they see; a lost member exports nothing, so compare with recent
            # members.
            expr=(
                'min(alertmanager_cluster_members{job="alertmanager"}) < count(count by (pod)'
                ' (max_over_time(alertmanager_cluster_members{job="alertmanager"}[30m])))'
            ),
            for_="15m",
            severity=Severity.WARNING,
            summary="The Alertmanagers do not see each other",
            description="One of them sees {{ $value }} only: alerts may come twice.",
        ),
    ]
