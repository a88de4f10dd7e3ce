"""Makes the models of the tests in a folder: make_models.py FOLDER. It runs in the model server's image."""

import sys

import tensorflow as tf


class Calculator(tf.Module):
    """Two inputs of two types and two outputs."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.float32, name="amount"),
            tf.TensorSpec([None], tf.int64, name="count"),
        ]
    )
    def total(self, amount: tf.Tensor, count: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"count": count, "total": amount * tf.cast(count, tf.float32)}


class Shouter(tf.Module):
    """Text and bytes, and a second signature."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="word")])
    def shout(self, word: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"loud": tf.strings.upper(word), "raw_bytes": word}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="word")])
    def length(self, word: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"length": tf.strings.length(word)}


class Line(tf.Module):
    """y = 0.5 x + offset: two versions of one model."""

    def __init__(self, offset: tf.Tensor) -> None:
        super().__init__()
        self.offset = tf.Variable(offset)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def line(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": 0.5 * x + self.offset}


class Sleeper(tf.Module):
    """An answer that takes as long as it is told to: a matrix multiplied with itself, `rounds` times."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32, name="rounds")])
    def sleep(self, rounds: tf.Tensor) -> dict[str, tf.Tensor]:
        matrix = tf.eye(256)
        for _ in tf.range(tf.reduce_max(rounds)):
            matrix = tf.matmul(matrix, matrix)
        return {"trace": tf.fill(tf.shape(rounds), tf.linalg.trace(matrix))}


folder = sys.argv[1]
calculator, shouter, sleeper = Calculator(), Shouter(), Sleeper()
tf.saved_model.save(calculator, f"{folder}/calculator/3", signatures=calculator.total)
tf.saved_model.save(
    shouter,
    f"{folder}/shouter/1",
    signatures={"serving_default": shouter.shout, "length": shouter.length},
)
first, second = Line(tf.constant(2.0)), Line(tf.constant(12.0))
tf.saved_model.save(first, f"{folder}/growing/1", signatures=first.line)
tf.saved_model.save(second, f"{folder}/next/2", signatures=second.line)
tf.saved_model.save(sleeper, f"{folder}/sleeper/1", signatures=sleeper.sleep)
