"""What runs in the image: TensorFlow Serving's REST paths, answered with TensorFlow for Python."""
