"""The cluster's own alerts."""

from tests.api.rules.case import Case

NODE = 'job="node-exporter",instance="10.0.0.1:9100",node="worker-1"'
DISK = f'{NODE},device="/dev/sda1",mountpoint="/",fstype="ext4"'
GIB = 1024**3
MONTH = 30 * 24 * 3600


def _disk(free: str, readonly: int = 0, size: int = 100) -> dict[str, str]:
    return {
        f"node_filesystem_avail_bytes{{{DISK}}}": free,
        f"node_filesystem_size_bytes{{{DISK}}}": f"{size}x600",
        f"node_filesystem_readonly{{{DISK}}}": f"{readonly}x600",
    }


NODES = {
    "NodeNotReady": Case(
        fires={'kube_node_status_condition{node="worker-1",condition="Ready",status="true"}': "1x5 0x10"},
        at="10m",
        says={"node": "worker-1", "severity": "critical", "team": "platform"},
        silent={
            'kube_node_status_condition{node="worker-1",condition="Ready",status="true"}': "1x8 0 1x20",
            'kube_node_status_condition{node="worker-1",condition="DiskPressure",status="true"}': "0x20",
        },
    ),
    "NodeMemoryLow": Case(
        fires={
            f"node_memory_MemAvailable_bytes{{{NODE}}}": "4x20",
            f"node_memory_MemTotal_bytes{{{NODE}}}": "100x20",
        },
        at="15m",
        says={"node": "worker-1"},
        silent={
            f"node_memory_MemAvailable_bytes{{{NODE}}}": "6x20",
            f"node_memory_MemTotal_bytes{{{NODE}}}": "100x20",
        },
    ),
    "NodeClockWrong": Case(
        # A minute late, and three seconds: as much as a slow scrape may look like.
        fires={f"node_time_seconds{{{NODE}}}": "-60+60x20"},
        at="15m",
        says={"node": "worker-1"},
        silent={f"node_time_seconds{{{NODE}}}": "3+60x20"},
    ),
    "NodeDiskAlmostFull": Case(
        fires=_disk("4x30"),
        at="20m",
        says={"node": "worker-1", "device": "/dev/sda1", "severity": "critical"},
        # One that cannot be written to does not fill up.
        silent=_disk("4x30", readonly=1),
    ),
    "NodeDiskFillingUp": Case(
        fires=_disk("140-0.2x600", size=1000),
        at="8h",
        says={"node": "worker-1", "severity": "warning"},
        silent=_disk("140-0.01x600", size=1000),
    ),
}

API = 'job="apiserver",instance="10.0.0.1:6443"'
ETCD = 'job="etcd",instance="10.0.0.1:2381"'
CONTROL_PLANE = {
    "ApiServerDown": Case(
        fires={f"up{{{API}}}": "1x5 0x20"},
        at="15m",
        says={"severity": "critical"},
        # One of two is gone: TargetDown tells of that.
        silent={f"up{{{API}}}": "0x20", 'up{job="apiserver",instance="10.0.0.2:6443"}': "1x20"},
    ),
    "ControlPlanePartDown": Case(
        fires={
            'up{job="kube-scheduler"}': "0x20",
            'up{job="kube-controller-manager"}': "1x20",
            'up{job="coredns"}': "1x20",
        },
        at="15m",
        says={"job": "kube-scheduler"},
        silent={
            'up{job="kube-scheduler"}': "1x20",
            'up{job="kube-controller-manager"}': "1x20",
            'up{job="coredns",pod="a"}': "1x20",
            'up{job="coredns",pod="b"}': "0x20",
        },
    ),
    "ApiServerErrors": Case(
        fires={
            f'apiserver_request_total{{{API},code="500"}}': "0+4x30",
            f'apiserver_request_total{{{API},code="200"}}': "0+96x30",
        },
        at="20m",
        silent={
            f'apiserver_request_total{{{API},code="500"}}': "0+2x30",
            f'apiserver_request_total{{{API},code="404"}}': "0+50x30",
            f'apiserver_request_total{{{API},code="200"}}': "0+48x30",
        },
    ),
    "EtcdMemberDown": Case(
        fires={f"up{{{ETCD}}}": "0x10", 'up{job="etcd",instance="10.0.0.2:2381"}': "1x10"},
        at="5m",
        says={"severity": "critical"},
        silent={f"up{{{ETCD}}}": "1x10", 'up{job="other"}': "0x10"},
    ),
    "EtcdNoLeader": Case(
        fires={f"etcd_server_has_leader{{{ETCD}}}": "1 0x10"},
        at="4m",
        silent={f"etcd_server_has_leader{{{ETCD}}}": "1x10"},
    ),
    "EtcdDiskSlow": Case(
        fires={
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="0.512"}}': "0+90x30",
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="1.024"}}': "0+100x30",
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="+Inf"}}': "0+100x30",
        },
        at="20m",
        silent={
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="0.256"}}': "0+995x30",
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="1.024"}}': "0+1000x30",
            f'etcd_disk_wal_fsync_duration_seconds_bucket{{{ETCD},le="+Inf"}}': "0+1000x30",
        },
    ),
    "EtcdAlmostFull": Case(
        fires={
            f"etcd_mvcc_db_total_size_in_bytes{{{ETCD}}}": f"{1.9 * GIB}x20",
            f"etcd_server_quota_backend_bytes{{{ETCD}}}": f"{2 * GIB}x20",
        },
        at="15m",
        silent={
            f"etcd_mvcc_db_total_size_in_bytes{{{ETCD}}}": f"{1.7 * GIB}x20",
            f"etcd_server_quota_backend_bytes{{{ETCD}}}": f"{2 * GIB}x20",
        },
    ),
    "CertificateExpires": Case(
        fires={
            'kubelet_certificate_manager_client_ttl_seconds{job="kubelet",instance="a"}': "1000000x30",
        },
        at="20m",
        says={"instance": "a"},
        silent={
            'kubelet_certificate_manager_client_ttl_seconds{job="kubelet",instance="a"}': "2000000x30",
            # A kubelet without a serving certificate of its own.
            'kubelet_certificate_manager_server_ttl_seconds{job="kubelet",instance="a"}': "1e18x30",
            'probe_ssl_earliest_cert_expiry{instance="https://a"}': f"{MONTH}x30",
        },
    ),
    "ClientCertificateExpires": Case(
        fires={
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="345600"}}': "0+5x30",
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="604800"}}': "0+5x30",
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="+Inf"}}': "0+100x30",
            f"apiserver_client_certificate_expiration_seconds_count{{{API}}}": "0+100x30",
        },
        at="22m",
        silent={
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="604800"}}': "0x30",
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="31104000"}}': "0+10x30",
            f'apiserver_client_certificate_expiration_seconds_bucket{{{API},le="+Inf"}}': "0+100x30",
            f"apiserver_client_certificate_expiration_seconds_count{{{API}}}": "0+100x30",
        },
    ),
}

NOT_SENT = 'alertmanager_notifications_failed_total{job="alertmanager",integration="slack",reason="other"}'
PROMETHEUS = 'job="prometheus",pod="prometheus-main-0"'
MONITORING = {
    "Watchdog": Case(fires={}, at="1m", says={"severity": "none"}, silent=None),
    "TargetDown": Case(
        fires={'up{job="a",namespace="ml",pod="1"}': "0x20", 'up{job="a",namespace="ml",pod="2"}': "1x20"},
        at="15m",
        says={"job": "a", "namespace": "ml"},
        silent={'up{job="a",namespace="ml",pod="1"}': "1x5 0x5 1x20"},
    ),
    "MonitoringConfigurationRefused": Case(
        fires={f"prometheus_config_last_reload_successful{{{PROMETHEUS}}}": "0x30"},
        at="20m",
        says={"pod": "prometheus-main-0"},
        silent={f"prometheus_config_last_reload_successful{{{PROMETHEUS}}}": "1x8 0 1x30"},
    ),
    "PrometheusRuleFails": Case(
        fires={f'prometheus_rule_evaluation_failures_total{{{PROMETHEUS},rule_group="a"}}': "0+1x30"},
        at="20m",
        says={"rule_group": "a"},
        silent={f'prometheus_rule_evaluation_failures_total{{{PROMETHEUS},rule_group="a"}}': "7x30"},
    ),
    "PrometheusCannotSendAlerts": Case(
        fires={f"prometheus_notifications_alertmanagers_discovered{{{PROMETHEUS}}}": "0x30"},
        at="10m",
        silent={
            f"prometheus_notifications_alertmanagers_discovered{{{PROMETHEUS}}}": "3x30",
            f"prometheus_notifications_dropped_total{{{PROMETHEUS}}}": "9x30",
        },
    ),
    "OperatorFails": Case(
        fires={
            'prometheus_operator_managed_resources{job="prometheus-operator",state="rejected"}': "1x30",
        },
        at="20m",
        silent={
            'prometheus_operator_managed_resources{job="prometheus-operator",state="rejected"}': "0x30",
            'prometheus_operator_managed_resources{job="prometheus-operator",state="selected"}': "9x30",
            'prometheus_operator_reconcile_errors_total{job="prometheus-operator"}': "2x30",
        },
    ),
    "AlertmanagerCannotNotify": Case(
        fires={NOT_SENT: "0+1x30"},
        at="15m",
        says={"integration": "slack"},
        silent={NOT_SENT: "3x30"},
    ),
    "AlertmanagerMemberMissing": Case(
        fires={
            'alertmanager_cluster_members{job="alertmanager",pod="a"}': "2x40",
            'alertmanager_cluster_members{job="alertmanager",pod="b"}': "2x40",
            'alertmanager_cluster_members{job="alertmanager",pod="c"}': "1x40",
        },
        at="20m",
        # A pod that was made again has another address, and is the same member.
        silent={
            'alertmanager_cluster_members{job="alertmanager",pod="a",instance="1"}': "2x10",
            'alertmanager_cluster_members{job="alertmanager",pod="a",instance="2"}': "_x10 2x30",
            'alertmanager_cluster_members{job="alertmanager",pod="b",instance="3"}': "2x40",
        },
    ),
}

PLATFORM = {**NODES, **CONTROL_PLANE, **MONITORING}
