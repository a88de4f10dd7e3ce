#!/usr/bin/env bash
# service-certificate.sh DAYS NAME...: prints a certificate for the DNS names and its private key, both new.
# The certificate vouches for itself: there is no authority whose key could sign others. Servers of one kind may
# know each other by it, too. Nothing touches a disk.
set -euo pipefail
days=$1
shift
key=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
settings() {
  cat <<END
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
CN = $1
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = $(printf 'DNS:%s\n' "$@" | paste -sd,)
END
}
openssl req -x509 -new -sha256 -days "$days" -key <(printf '%s\n' "$key") -config <(settings "$@")
printf '%s\n' "$key"
