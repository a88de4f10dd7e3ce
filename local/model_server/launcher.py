#!/usr/bin/python3 -I
"""In the image: /usr/bin/tensorflow_model_server. Starts the server with the packages beside it."""

import os
import runpy
import sys

HOME = "/opt/model-server"

# Warnings and errors only: what TensorFlow tells about the processor is for those who build it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
sys.path[:0] = [HOME, f"{HOME}/packages"]
runpy.run_module("server", run_name="__main__", alter_sys=True)
