"""What people look at: pages of figures, made here and shown by Grafana."""
