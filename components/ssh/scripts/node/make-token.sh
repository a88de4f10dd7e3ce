# shellcheck shell=bash
# make-token.sh NODE ADDRESS: makes a token for one join, and lets NODE have a serving certificate for ADDRESS.
# Prints "token T" and "ca-hash H". Fed to `bash -s` as root on the control plane.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
mkdir -p /etc/metalml/nodes
if [[ $(cat "/etc/metalml/nodes/$1" 2>/dev/null) != "$2" ]]; then printf '%s\n' "$2" >"/etc/metalml/nodes/$1"; fi
# 30 minutes: a join takes seconds; the image import of a slow machine before it is not part of the join.
printf 'token %s\n' "$(kubeadm token create --ttl 30m --description "metalml: join of $1")"
# The pin is the digest of the CA's public key, as kubeadm's token discovery checks it.
printf 'ca-hash sha256:%s\n' "$(openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt |
  openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)"
