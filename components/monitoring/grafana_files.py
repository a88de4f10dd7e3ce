"""Grafana's configuration files: grafana.ini, and the provisioning of its data source and dashboards."""

from collections.abc import Mapping

import yaml

from components.monitoring.dashboards.render import DATA_SOURCE_UID
from components.monitoring.names import GRAFANA_PORT

# Where Grafana's image reads grafana.ini and the provisioning files.
CONFIGURATION_DIRECTORY = "/etc/grafana"
INI = "grafana.ini"
DATA_SOURCES = "provisioning/datasources/prometheus.yaml"
PROVIDERS = "provisioning/dashboards/metalml.yaml"
# Outside of it, because nested volume mounts are error-prone.
DASHBOARDS_DIRECTORY = "/etc/grafana-dashboards"
SECRETS_DIRECTORY = "/etc/grafana-secrets"
ADMIN_USER = "admin"
# Keys of the Secret, and names of its files where it is mounted.
USER_KEY, PASSWORD_KEY, SIGNING_KEY = "admin-user", "admin-password", "secret-key"
# updateIntervalSeconds of the dashboard provider; the kubelet updates a changed file within about a minute.
RESCAN_SECONDS = 30
# By default Grafana connects to grafana.com for news, update checks, usage statistics and plugins, and waits
# for time-outs where the internet is unreachable.
_QUIET = {
    "analytics": {
        "reporting_enabled": "false",
        "check_for_updates": "false",
        "check_for_plugin_updates": "false",
    },
    "news": {"news_feed_enabled": "false"},
    "plugins": {
        "preinstall_disabled": "true",
        "preinstall_auto_update": "false",
        "plugin_admin_enabled": "false",
        "public_key_retrieval_disabled": "true",
    },
    "snapshots": {"external_enabled": "false"},
}


def grafana_ini(url: str | None) -> str:
    """grafana.ini. `url` is Grafana's root URL in browsers; None: it has no permanent one."""
    server = {"http_port": str(GRAFANA_PORT), **({"root_url": f"{url}/"} if url else {})}
    security = {
        "admin_user": f"$__file{{{SECRETS_DIRECTORY}/{USER_KEY}}}",
        "admin_password": f"$__file{{{SECRETS_DIRECTORY}/{PASSWORD_KEY}}}",
        # Grafana's default key is public.
        "secret_key": f"$__file{{{SECRETS_DIRECTORY}/{SIGNING_KEY}}}",
        "disable_gravatar": "true",
        "cookie_secure": "true" if url and url.startswith("https://") else "false",
    }
    sections: Mapping[str, Mapping[str, str]] = {
        "server": server,
        "security": security,
        "users": {"allow_sign_up": "false"},
        "auth.anonymous": {"enabled": "false"},
        # Prometheus evaluates the rules and Alertmanager notifies: one place to find out why on-call was
        # paged.
        "unified_alerting": {"enabled": "false"},
        "log": {"mode": "console"},
        "metrics": {"enabled": "true"},
        **_QUIET,
    }
    return "\n".join(
        "".join([f"[{name}]\n", *(f"{key} = {value}\n" for key, value in values.items())])
        for name, values in sections.items()
    )


def data_source(prometheus_url: str, scrape_seconds: int) -> str:
    """Provisioning of the Prometheus data source, with the uid that all dashboards refer to."""
    source = {
        "name": "Prometheus",
        "uid": DATA_SOURCE_UID,
        "type": "prometheus",
        "access": "proxy",
        "url": prometheus_url,
        "isDefault": True,
        "editable": False,
        # `$__rate_interval` is four times the scrape interval, so that a missed scrape leaves no gap.
        "jsonData": {"httpMethod": "POST", "timeInterval": f"{scrape_seconds}s"},
    }
    return _yaml({"apiVersion": 1, "datasources": [source]})


def dashboard_provider() -> str:
    """The dashboard provider: the directory that Grafana rescans."""
    provider = {
        "name": "metalml",
        "folder": "metalml",
        "type": "file",
        "updateIntervalSeconds": RESCAN_SECONDS,
        "allowUiUpdates": False,
        "options": {"path": DASHBOARDS_DIRECTORY},
    }
    return _yaml({"apiVersion": 1, "providers": [provider]})


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(content, sort_keys=False)
