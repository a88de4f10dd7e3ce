"""Learns y = 0.5 x + 2 on all workers of a job, with TensorFlow's MultiWorkerMirroredStrategy.

All workers have the same variables and each sees other numbers. Worker 0 keeps checkpoints; when a worker
dies the others fail with it, all are started again, and go on from the last checkpoint. At the end worker 0
writes a SavedModel into the folder of its version, whole or not at all, where a model server can read it.

Variables: TF_CONFIG, CHECKPOINT_DIRECTORY, EXPORT_DIRECTORY, METRICS_PUSH_URL if there is one; STEPS,
STEP_SECONDS (to make it last), VERSION.
"""

import json
import os
import shutil
import time
import urllib.request
from pathlib import Path

import tensorflow as tf

STEPS = int(os.environ.get("STEPS", "400"))
STEP_SECONDS = float(os.environ.get("STEP_SECONDS", "0"))
STEPS_BETWEEN_CHECKPOINTS = 20
BATCH = 32
LEARNING_RATE = 0.05
PUSH_URL = os.environ.get("METRICS_PUSH_URL")

checkpoints = Path(os.environ["CHECKPOINT_DIRECTORY"])
export = Path(os.environ["EXPORT_DIRECTORY"], os.environ.get("VERSION", "1"))
worker = json.loads(os.environ["TF_CONFIG"])["task"]["index"]

# First of all: it waits until all workers are there.
strategy = tf.distribute.MultiWorkerMirroredStrategy()


class Line(tf.Module):
    """A straight line, and how many steps it has learnt for."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = tf.Variable(tf.zeros([]))
        self.offset = tf.Variable(tf.zeros([]))
        self.step = tf.Variable(tf.zeros([], tf.int64))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """The signature that is served."""
        return {"y": self.slope * x + self.offset}


with strategy.scope():
    line = Line()


@tf.function
def learn() -> tf.Tensor:
    """One step on every worker: each has a batch of its own, all take the mean of their gradients."""

    def on_this_worker() -> tf.Tensor:
        x = tf.random.uniform([BATCH], -1, 5)
        error = line.slope * x + line.offset - (0.5 * x + 2)
        gradients = [tf.reduce_mean(error * x), tf.reduce_mean(error)]
        slope, offset = tf.distribute.get_replica_context().all_reduce("MEAN", gradients)
        line.slope.assign_sub(LEARNING_RATE * slope)
        line.offset.assign_sub(LEARNING_RATE * offset)
        line.step.assign_add(1)
        return tf.reduce_mean(error * error)

    return strategy.reduce("MEAN", strategy.run(on_this_worker), axis=None)


checkpoint = tf.train.Checkpoint(line=line)
latest = tf.train.latest_checkpoint(str(checkpoints))
if latest:
    checkpoint.restore(latest)
print(f"worker {worker} begins at step {int(line.step.numpy())}", flush=True)

# Every worker has to save, since saving reads variables of all; what the others write is thrown away.
mine = checkpoints if worker == 0 else Path("/tmp/checkpoints")
manager = tf.train.CheckpointManager(checkpoint, str(mine), max_to_keep=3)
while (step := int(line.step.numpy())) < STEPS:
    loss = learn()
    if (step + 1) % STEPS_BETWEEN_CHECKPOINTS == 0:
        manager.save(step + 1)
        # In the schema of the platform's logs (docs/logging.md).
        told = {"event": "step", "worker": worker, "step": step + 1, "loss": round(float(loss.numpy()), 6)}
        print(json.dumps(told), flush=True)
        if worker == 0 and PUSH_URL:
            figures = f"training_step {step + 1}\ntraining_loss {float(loss.numpy())}\n"
            with urllib.request.urlopen(urllib.request.Request(PUSH_URL, figures.encode(), method="PUT")):
                pass
    time.sleep(STEP_SECONDS)
if worker == 0:
    unfinished = export.with_name(f".{export.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    tf.saved_model.save(line, str(unfinished), signatures={"serving_default": line.predict})
    shutil.rmtree(export, ignore_errors=True)
    unfinished.rename(export)
print(f"worker {worker} done: y = {line.slope.numpy():.3f} x + {line.offset.numpy():.3f}", flush=True)
