"""What measures the pods and decides how many there are, how large they are, and on how many machines."""
