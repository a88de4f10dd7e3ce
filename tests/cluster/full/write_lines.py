"""Writes numbered lines at a steady pace: write_lines.py FIRST COUNT PER_SECOND SIZE; in a pod."""

import sys
import time

PAUSE = 100  # lines between two looks at the clock

first, count, per_second, size = map(int, sys.argv[1:])
began = time.monotonic()
for number in range(count):
    print(f"line {first + number} {'x' * size}")
    if number % PAUSE == 0:
        sys.stdout.flush()
        time.sleep(max(0.0, number / per_second - (time.monotonic() - began)))
