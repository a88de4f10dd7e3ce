"""The memory that `make bench` reports is that of all processes of an `up`."""

import os
import subprocess
import sys

from tests.bench.memory import resident

LARGE = 64 * 2**20


def test_what_a_process_of_a_process_takes_is_counted() -> None:
    before = resident(os.getpid())
    program = f"b = bytearray({LARGE}); print('there', flush=True); input()"
    command = ["bash", "-c", f'{sys.executable} -c "{program}"; true']
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout and child.stdout.readline() == b"there\n"
        assert resident(os.getpid()) - before > LARGE
        child.communicate(b"\n")
