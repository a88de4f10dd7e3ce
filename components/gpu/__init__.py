"""GPUs: NVIDIA's driver and container toolkit, device plugin and DCGM exporter."""
