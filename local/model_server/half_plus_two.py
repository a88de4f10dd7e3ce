"""Makes the SavedModel y = 0.5 x + 2 in a folder: half_plus_two.py FOLDER. It runs in the image's root."""

import sys

import tensorflow as tf


class HalfPlusTwo(tf.Module):
    """TensorFlow Serving's own example: one input `x`, one output `y`, any number of them."""

    def __init__(self) -> None:
        super().__init__()
        # Variables, so that serving it tries their restoring too.
        self.half = tf.Variable(0.5)
        self.two = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature."""
        return {"y": self.half * x + self.two}


model = HalfPlusTwo()
tf.saved_model.save(model, sys.argv[1], signatures={"serving_default": model.predict})
