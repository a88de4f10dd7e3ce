#!/usr/bin/env bash
# check-host.sh FOLDER: can `make up` work on this computer? Names everything that is missing at once and changes nothing.
set -euo pipefail
folder=$1
# GiB for system and Python packages; local/plan.py asks for what is to be built.
disk_needed=2
# A computer sold as 6 GiB has a little less than that for programs.
memory_needed=6
problems=()

# shellcheck source=/dev/null
os=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}")
if [[ $os != debian && $os != ubuntu ]]; then
  problems+=("the operating system must be Debian or Ubuntu, this is ${os:-unknown}")
fi

if [[ $(id -u) != 0 ]]; then
  problems+=("root is needed, to make machines and their network: run it with sudo")
fi

# What is installed already needs no room a second time.
if [[ ! -e $folder/.local/venv/.requirements ]]; then
  free=$(df --output=avail -BG "$folder" | tail -n 1 | tr -dc 0-9)
  if ((free < disk_needed)); then
    problems+=("$disk_needed GiB of free disk are needed under $folder, there are $free")
  fi
fi

memory=$(($(getconf _PHYS_PAGES) * $(getconf PAGE_SIZE) / 1024 / 1024))
if ((memory < memory_needed * 1024 - 512)); then
  problems+=("$memory_needed GiB of memory are needed, there are $memory MiB")
fi

# The same lock as local/lock.py: the folder itself, so that looking writes nothing.
if ! flock --nonblock "$folder" true; then
  problems+=("another make up, preview or down is running in this checkout: wait for it to end")
fi

if ((${#problems[@]} > 0)); then
  printf 'error: make up cannot work here, and nothing was changed:\n' >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 1
fi
