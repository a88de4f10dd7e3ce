"""The pod network: Calico, or static routes between the machines."""
