"""What every package needs to run a program in a cluster."""
