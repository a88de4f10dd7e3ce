"""Names, ports and labels that the components of monitoring share."""

from components.kubernetes.labels import labels_of_part

NAMESPACE = "monitoring"
# Of the Prometheus and the Alertmanager object; the operator names their pods `prometheus-main-0` and so on.
MAIN = "main"

PROMETHEUS, PROMETHEUS_PORT = "prometheus", 9090
ALERTMANAGER, ALERTMANAGER_PORT = "alertmanager", 9093
PUSHGATEWAY, PUSHGATEWAY_PORT = "pushgateway", 9091
GRAFANA, GRAFANA_PORT = "grafana", 3000

PROMETHEUS_URL = f"http://{PROMETHEUS}.{NAMESPACE}.svc:{PROMETHEUS_PORT}"

# Labels that the operator sets on the pods of the Prometheus and the Alertmanager object.
PROMETHEUS_PODS = {"app.kubernetes.io/name": "prometheus", "prometheus": MAIN}
ALERTMANAGER_PODS = {"app.kubernetes.io/name": "alertmanager", "alertmanager": MAIN}


def labels(name: str, component: str = "monitoring") -> dict[str, str]:
    """Labels of all objects of the app `name`."""
    return labels_of_part({"app.kubernetes.io/name": name}, component)
