#!/usr/bin/env bash
# Compiles every *.in into a *.txt with hashes and without an index address: the computer's own configuration chooses it.
set -euo pipefail
for file in requirements requirements-dev local/go-requirements; do
  uv pip compile --quiet --custom-compile-command "make lock" --generate-hashes --no-emit-index-url \
    --no-annotate --python-version 3.11 "$file.in" --output-file "$file.txt"
done
