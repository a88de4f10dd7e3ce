"""The files that Grafana reads at its start: its configuration, its data source and where dashboards lie."""

from collections.abc import Mapping

import yaml

from components.monitoring.dashboards.render import DATA_SOURCE_UID
from components.monitoring.names import GRAFANA_PORT

# Where the vendor's image looks for its configuration, and for what it is to provision.
CONFIGURATION_DIRECTORY = "/etc/grafana"
INI = "grafana.ini"
DATA_SOURCES = "provisioning/datasources/prometheus.yaml"
PROVIDERS = "provisioning/dashboards/metalml.yaml"
# Ours, outside of it: a volume inside another one is a source of trouble.
DASHBOARDS_DIRECTORY = "/etc/grafana-dashboards"
SECRETS_DIRECTORY = "/etc/grafana-secrets"
ADMIN_USER = "admin"
# Keys of the Secret, and files in its directory.
USER_KEY, PASSWORD_KEY, SIGNING_KEY = "admin-user", "admin-password", "secret-key"
# Seconds between two looks at the dashboards' files; the kubelet brings a changed one within about a minute.
LOOK_SECONDS = 30
# Otherwise it calls its vendor, and waits where that cannot be reached: for news, for counts, for plugins
# that nobody asked for.
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
    """The configuration. `url` is the address that browsers have for it; None: nobody has one that lasts."""
    server = {"http_port": str(GRAFANA_PORT), **({"root_url": f"{url}/"} if url else {})}
    security = {
        "admin_user": f"$__file{{{SECRETS_DIRECTORY}/{USER_KEY}}}",
        "admin_password": f"$__file{{{SECRETS_DIRECTORY}/{PASSWORD_KEY}}}",
        # What is encrypted with Grafana's own default, which everybody knows, is not.
        "secret_key": f"$__file{{{SECRETS_DIRECTORY}/{SIGNING_KEY}}}",
        "disable_gravatar": "true",
        "cookie_secure": "true" if url and url.startswith("https://") else "false",
    }
    sections: Mapping[str, Mapping[str, str]] = {
        "server": server,
        "security": security,
        "users": {"allow_sign_up": "false"},
        "auth.anonymous": {"enabled": "false"},
        # Rules are Prometheus' and receivers Alertmanager's: one place to look for why somebody was called.
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
    """The one Prometheus, under the name that all dashboards have for it."""
    source = {
        "name": "Prometheus",
        "uid": DATA_SOURCE_UID,
        "type": "prometheus",
        "access": "proxy",
        "url": prometheus_url,
        "isDefault": True,
        "editable": False,
        # `$__rate_interval` is four times as long, so that a missed scrape is no gap.
        "jsonData": {"httpMethod": "POST", "timeInterval": f"{scrape_seconds}s"},
    }
    return _yaml({"apiVersion": 1, "datasources": [source]})


def dashboard_provider() -> str:
    """Where dashboards are read from, again and again."""
    provider = {
        "name": "metalml",
        "folder": "metalml",
        "type": "file",
        "updateIntervalSeconds": LOOK_SECONDS,
        "allowUiUpdates": False,
        "options": {"path": DASHBOARDS_DIRECTORY},
    }
    return _yaml({"apiVersion": 1, "providers": [provider]})


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(content, sort_keys=False)
