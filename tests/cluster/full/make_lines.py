"""Makes versions of a model, y = 0.5 x + version: make_lines.py FOLDER VERSION...; in the server's image.

They are written to FOLDER, and printed as a tar archive in base64: the image has no program that would copy.
"""

import base64
import io
import sys
import tarfile

import tensorflow as tf


class Line(tf.Module):
    """Tells by its answer which version it is."""

    def __init__(self, version: tf.Tensor) -> None:
        super().__init__()
        # A variable, so that a version is more than one file.
        self.version = tf.Variable(version)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def line(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": 0.5 * x + self.version}


folder, *versions = sys.argv[1:]
for version in versions:
    line = Line(tf.constant(float(version)))
    tf.saved_model.save(line, f"{folder}/{version}", signatures=line.line)
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    tar.add(folder, arcname=".")
print("archive:", base64.b64encode(archive.getvalue()).decode(), flush=True)
