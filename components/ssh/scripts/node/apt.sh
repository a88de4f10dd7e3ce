# shellcheck shell=bash
# Packages from vendors' repositories: only from the pinned key, only the pinned version, held. Sourced after lib.sh.

# repository NAME: the key of a vendor's repository is fetched by the machine and believed only if its
# fingerprint is the pinned one; then the source list is written.
repository() {
  local name=$1 url=$2 pinned=$3 keyring=/etc/apt/keyrings/$1.gpg fetched found
  install -d -m 0755 /etc/apt/keyrings
  if [[ ! -e $keyring || $(fingerprints "$keyring") != "$pinned" ]]; then
    fetched=$(mktemp)
    curl --fail --silent --show-error --location --retry 4 --output "$fetched" "$url" ||
      die "the key of the $name repository cannot be fetched from $url"
    found=$(fingerprints "$fetched")
    if [[ $found != "$pinned" ]]; then
      rm -f "$fetched"
      die "the key of the $name repository has fingerprint ${found:-none}, expected $pinned: refused, nothing installed"
    fi
    gpg --batch --yes --dearmor --output "$keyring.metalml-new" <"$fetched" 2>/dev/null ||
      cp "$fetched" "$keyring.metalml-new"
    chmod 0644 "$keyring.metalml-new"
    mv "$keyring.metalml-new" "$keyring"
    rm -f "$fetched"
    remember "$keyring"
    say "trusted the key of the $name repository"
  fi
  install_file "/etc/apt/sources.list.d/$name.list"
}

# The fingerprint of the primary key in a file; more than one key is never equal to a pinned one.
fingerprints() {
  gpg --batch --show-keys --with-colons "$1" 2>/dev/null | awk -F: '$1 == "pub" {primary = 1} $1 == "fpr" && primary {printf "%s%s", sep, $10; sep = " "; primary = 0}'
}

# Seconds to wait for another apt; unattended-upgrades may hold the lock for minutes after boot.
readonly APT_WAIT=600
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=$APT_WAIT -o APT::Update::Error-Mode=any "$@"; }

# offered PACKAGE VERSION: prints the newest revision of exactly this version that the repository has.
offered() {
  local package=$1 wanted=$2 versions
  versions=$(apt-cache madison "$package" | awk -F'|' '{gsub(/ /, "", $2); print $2}')
  awk -v wanted="$wanted-" 'index($0, wanted) == 1 {print; found = 1; exit} END {exit !found}' <<<"$versions" ||
    die "$package $wanted is not in the repository; it has: ${versions:0:200}"
}

# held PACKAGE VERSION [OPTION...]: installs it, and holds it.
held() {
  local package=$1 version=$2
  shift 2
  if [[ $(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) != "installed $version" ]]; then
    # Cleaning takes away what was not here before us.
    if ! dpkg-query -W "$package" >/dev/null 2>&1; then printf '%s\n' "$package" >>"$STATE/packages"; fi
    apt install --allow-change-held-packages --allow-downgrades -o Dpkg::Options::=--force-confold "$@" "$package=$version"
    say "installed $package $version"
  fi
  if ! apt-mark showhold | grep -qx "$package"; then
    printf '%s\n' "$package" >>"$STATE/held"
    apt-mark hold "$package" >/dev/null
  fi
}

# An apt that was killed, ours or somebody else's, must be brought to its end before dpkg does anything.
finish_dpkg() {
  [[ -z $(ls /var/lib/dpkg/updates) && -z $(dpkg --audit) ]] && return 0
  say "finishing an interrupted dpkg"
  DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure --pending
}

# update_for STAMP VERSION...: reads the repositories' lists anew when other versions are wanted than the last time.
update_for() {
  local stamp=$STATE/$1
  shift
  [[ $(cat "$stamp" 2>/dev/null) == "$*" ]] && return 0
  apt update
  printf '%s\n' "$*" >"$stamp"
}
