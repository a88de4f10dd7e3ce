#!/usr/bin/env bash
# Compiles every *.in into a *.txt with hashes and without an index address: the computer's own configuration chooses it.
set -euo pipefail

lock() { # lock FILE OPTION...
  uv pip compile --quiet --custom-compile-command "make lock" --generate-hashes --no-emit-index-url \
    --no-annotate --python-version 3.11 "$1.in" --output-file "$1.txt" "${@:2}"
}

for file in requirements requirements-dev local/go-requirements tests/bench/ansible-requirements \
  tests/tools/checkov-requirements; do lock "$file"; done

mapfile -t not_needed < <(grep -v '^#' local/model_server/not-needed.txt)
lock local/model_server/requirements "${not_needed[@]/#/--no-emit-package=}"
