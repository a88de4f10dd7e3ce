"""The stand-in for TensorFlow Serving: its REST paths, answered from a real SavedModel by TensorFlow."""
