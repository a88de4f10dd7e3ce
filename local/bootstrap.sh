#!/usr/bin/env bash
# bootstrap.sh PURPOSE COMMAND...: makes the environment and runs COMMAND with its Python.
#
# PURPOSE `host` also checks this computer and installs system packages (make up, preview, down);
# `dev` adds what the checks and tests need. Run again, it changes nothing and takes a moment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$here")
venv=$repository/.local/venv
purpose=$1
shift

say() { printf '%s\n' "$*"; }

# install PACKAGE...: those that are missing, after waiting for other users of apt's lock.
install() {
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return 0; fi
  say "install system packages: ${missing[*]} (log: .local/log/apt.log)"
  mkdir -p "$repository/.local/log"
  # Somebody else's apt (a computer updates itself after its start) may take minutes.
  if ! {
    apt-get -o DPkg::Lock::Timeout=600 update
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${missing[@]}"
  } >"$repository/.local/log/apt.log" 2>&1 </dev/null 9>&-; then
    say "error: installing system packages failed; the end of .local/log/apt.log:" >&2
    tail -n 15 "$repository/.local/log/apt.log" >&2
    exit 1
  fi
}

# usable PYTHON: new enough, and able to make an environment (Debian splits that off).
usable() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

make_venv() {
  local requirements=$1 python=python3 digest mark=$venv/.requirements
  digest=$(cat "$repository/requirements.txt" "$requirements" | sha256sum | cut -d' ' -f1)
  if [[ -x $venv/bin/python ]] && grep -qsF "$digest" "$mark"; then return 0; fi
  if ! usable "$python"; then
    if [[ $(id -u) == 0 ]]; then install python3 python3-venv; fi
    python=/usr/bin/python3
    usable "$python" || {
      say "error: Python 3.11 or newer with venv is needed; Debian 12 and Ubuntu 24.04 have it as python3-venv" >&2
      exit 1
    }
  fi
  say "install Python packages (log: .local/log/pip.log)"
  mkdir -p "$repository/.local/log"
  if ! {
    [[ -x $venv/bin/python ]] || "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --require-hashes --disable-pip-version-check -r "$requirements"
  } >"$repository/.local/log/pip.log" 2>&1 </dev/null; then
    say "error: installing Python packages failed; the end of .local/log/pip.log:" >&2
    tail -n 15 "$repository/.local/log/pip.log" >&2
    exit 1
  fi
  # Both files' digests may stand here: the one for development holds the other's packages too.
  if [[ $requirements == *-dev.txt ]]; then
    sha256sum <(cat "$repository/requirements.txt" "$repository/requirements.txt") | cut -d' ' -f1 >"$mark.new"
  fi
  printf '%s\n' "$digest" >>"$mark.new"
  mv "$mark.new" "$mark"
}

if [[ $purpose == host ]]; then bash "$here/check-host.sh" "$repository"; fi

# One at a time: two runs must not fill the same environment.
exec 9<"$repository"
flock 9
requirements=$repository/requirements.txt
if [[ $purpose == host ]]; then
  mapfile -t packages < <(grep -v '^#' "$here/packages.txt")
  install "${packages[@]}"
else
  requirements=$repository/requirements-dev.txt
fi
make_venv "$requirements"
exec 9<&-

cd "$repository"
export PATH=$venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
exec "$@"
