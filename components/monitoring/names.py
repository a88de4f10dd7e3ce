"""What the parts of monitoring are called, for each other and for what they watch."""

from components.kubernetes.labels import labels_of_part

NAMESPACE = "monitoring"
# The one Prometheus and the one Alertmanager; the operator calls their pods `prometheus-main-0` and so on.
MAIN = "main"

PROMETHEUS, PROMETHEUS_PORT = "prometheus", 9090
ALERTMANAGER, ALERTMANAGER_PORT = "alertmanager", 9093
PUSHGATEWAY, PUSHGATEWAY_PORT = "pushgateway", 9091
GRAFANA, GRAFANA_PORT = "grafana", 3000

PROMETHEUS_URL = f"http://{PROMETHEUS}.{NAMESPACE}.svc:{PROMETHEUS_PORT}"

# On the pods that the operator makes for the one Prometheus and the one Alertmanager.
PROMETHEUS_PODS = {"app.kubernetes.io/name": "prometheus", "prometheus": MAIN}
ALERTMANAGER_PODS = {"app.kubernetes.io/name": "alertmanager", "alertmanager": MAIN}


def labels(name: str, component: str = "monitoring") -> dict[str, str]:
    """Labels of every object of the program `name`."""
    return labels_of_part({"app.kubernetes.io/name": name}, component)
