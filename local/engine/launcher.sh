#!/usr/bin/env bash
# Starts one of our provider plugins; the engine runs this file by the name pulumi-resource-<name>, from wherever.
set -euo pipefail
repository=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
name=$(basename "$0")
export PYTHONPATH=$repository PYTHONDONTWRITEBYTECODE=1
exec "$repository/.local/venv/bin/python" -m "local.plugins.${name#pulumi-resource-}" "$@"
