#!/usr/bin/env bash
# password.sh BYTES: prints random bytes in hexadecimal, which need no escaping in files and URLs.
set -euo pipefail
openssl rand -hex "$1"
