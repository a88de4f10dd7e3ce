"""The pod network: Calico, or routes between the machines."""
