#!/usr/bin/env bash
# password.sh BYTES: prints so many bytes of chance in hexadecimal, which no file and no URL has to escape.
set -euo pipefail
openssl rand -hex "$1"
