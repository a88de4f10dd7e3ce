"""GPUs: what machines with them carry, and what makes them a resource that pods can ask for."""
