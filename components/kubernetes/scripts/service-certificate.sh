#!/usr/bin/env bash
# service-certificate.sh DAYS NAME...: prints a new self-signed certificate for the DNS names, and its private key.
# There is no CA, whose key could sign others. Members of a cluster may also use it as a client certificate (mTLS).
# Nothing is written to disk.
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
