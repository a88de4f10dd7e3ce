"""What watches the cluster and what runs on it: figures, rules, alerts, dashboards."""
