"""Alerts on the control plane: API server, scheduler, controller manager, DNS, etcd and certificates."""

from components.monitoring.rules.values import Alert, Group
from settings.alerts import Severity

DAY = 24 * 3600
# kubeadm's certificates are valid for a year; the kubelet rotates its own when about two months remain.
CERTIFICATE_DAYS = 14


def control_plane_groups() -> list[Group]:
    """The rule groups of the control plane."""
    return [
        Group(name="control-plane", rules=[*_down(), *_requests()]),
        Group(name="etcd", rules=_etcd()),
        Group(name="certificates", rules=_certificates()),
    ]


def _down() -> list[Alert]:
    parts = ("kube-scheduler", "kube-controller-manager", "coredns")
    return [
        Alert(
            name="ApiServerDown",
            expr='absent(up{job="apiserver"} == 1)',
            for_="5m",
            severity=Severity.CRITICAL,
            summary="Nobody answers for the API server",
            description="Prometheus has reached none for five minutes: nothing can be seen or changed.",
            dashboard="cluster",
        ),
        Alert(
            name="ControlPlanePartDown",
            # absent() of a comparison has no labels.
            expr=" or ".join(
                f'label_replace(absent(up{{job="{part}"}} == 1), "job", "{part}", "", "")' for part in parts
            ),
            for_="5m",
            severity=Severity.CRITICAL,
            summary="Nobody answers for {{ $labels.job }}",
            description=(
                "Prometheus has reached none of its pods for five minutes. Without the scheduler new pods "
                "stay Pending, without the controller manager lost ones are not replaced, without DNS no pod "
                "finds another."
            ),
            dashboard="cluster",
        ),
    ]


def _requests() -> list[Alert]:
    return [
        Alert(
            name="ApiServerErrors",
            expr=(
                'sum(rate(apiserver_request_total{job="apiserver",code=~"5.."}[5m]))'
                ' / sum(rate(apiserver_request_total{job="apiserver"}[5m])) > 0.03'
            ),
            for_="10m",
            severity=Severity.CRITICAL,
            summary="The API server fails requests",
            description="{{ $value | humanizePercentage }} of the requests end in an error of its own.",
            dashboard="cluster",
        ),
    ]


def _etcd() -> list[Alert]:
    return [
        Alert(
            name="EtcdMemberDown",
            expr='count(up{job="etcd"} == 0) > 0',
            for_="3m",
            severity=Severity.CRITICAL,
            summary="{{ $value }} members of etcd do not answer",
            description="With half of them gone nothing can be changed any more.",
            dashboard="cluster",
        ),
        Alert(
            name="EtcdNoLeader",
            expr='etcd_server_has_leader{job="etcd"} == 0',
            for_="1m",
            severity=Severity.CRITICAL,
            summary="etcd on {{ $labels.instance }} has no leader",
            description="It can neither be read nor written.",
            dashboard="cluster",
        ),
        Alert(
            name="EtcdDiskSlow",
            # etcd recommends 10 ms; with about a second, members lose their leader.
            expr=(
                "histogram_quantile(0.99, sum by (instance, le)"
                ' (rate(etcd_disk_wal_fsync_duration_seconds_bucket{job="etcd"}[5m]))) > 0.5'
            ),
            for_="10m",
            severity=Severity.WARNING,
            summary="The disk under etcd on {{ $labels.instance }} is slow",
            description="One in a hundred writes takes {{ $value | humanizeDuration }}.",
            dashboard="cluster",
        ),
        Alert(
            name="EtcdAlmostFull",
            expr=(
                'last_over_time(etcd_mvcc_db_total_size_in_bytes{job="etcd"}[5m])'
                ' / last_over_time(etcd_server_quota_backend_bytes{job="etcd"}[5m]) > 0.9'
            ),
            for_="10m",
            severity=Severity.CRITICAL,
            summary="etcd on {{ $labels.instance }} is almost full",
            description="It has {{ $value | humanizePercentage }} of the size at which writing ends.",
            dashboard="cluster",
        ),
    ]


def _certificates() -> list[Alert]:
    soon = CERTIFICATE_DAYS * DAY
    return [
        Alert(
            name="CertificateExpires",
            # The kubelets' certificates, and those of probed endpoints.
            expr=(
                f"kubelet_certificate_manager_client_ttl_seconds < {soon}"
                f" or kubelet_certificate_manager_server_ttl_seconds < {soon}"
                f" or probe_ssl_earliest_cert_expiry - time() < {soon}"
            ),
            for_="15m",
            severity=Severity.CRITICAL,
            summary="A certificate of {{ $labels.instance }} runs out",
            description="In {{ $value | humanizeDuration }} nobody trusts it any more.",
            dashboard="cluster",
        ),
        Alert(
            name="ClientCertificateExpires",
            # Client certificates of requests to the API server: of administrators and control plane
            # components. The histogram has buckets of 7 and 30 days.
            expr=(
                "histogram_quantile(0.01, sum by (le)"
                ' (rate(apiserver_client_certificate_expiration_seconds_bucket{job="apiserver"}[5m])))'
                f" < {7 * DAY}"
                ' and on () sum(apiserver_client_certificate_expiration_seconds_count{job="apiserver"}) > 0'
            ),
            for_="15m",
            severity=Severity.WARNING,
            summary="Somebody asks the API server with a certificate that runs out soon",
            description="The first one runs out in {{ $value | humanizeDuration }}.",
            dashboard="cluster",
        ),
    ]
