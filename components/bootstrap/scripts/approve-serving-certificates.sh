#!/usr/bin/env bash
# Grants the serving certificates that kubelets ask for, by a timer on the control plane.
#
# Kubernetes signs them but leaves the decision to somebody who knows the machines. Here that is
# /etc/metalml/nodes/<name>, which holds the address the machine was joined with: a request passes only
# if it was made by that node, is for that node, and names nothing but its name and that address.
set -euo pipefail
# What kubectl learns of the API is nothing to leave on the machine.
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/metalml/kubectl
readonly NODES=/etc/metalml/nodes

# Prints why a request is refused; nothing when it is right.
objection() {
  local user=$1 request=$2 node address subject names name
  node=${user#system:node:}
  [[ $user == system:node:* && -e $NODES/$node ]] || { echo "no machine of ours: $user"; return; }
  address=$(<"$NODES/$node")
  subject=$(openssl req -noout -subject -nameopt RFC2253 <<<"$request")
  [[ $subject == "subject=CN=system:node:$node,O=system:nodes" ]] || { echo "subject is $subject"; return; }
  names=$(openssl req -noout -text <<<"$request" | awk '/X509v3 Subject Alternative Name/ {getline; print}' | tr ',' '\n' | tr -d ' ')
  for name in $names; do
    case $name in
      "DNS:$node" | "IPAddress:$address") ;;
      *) echo "asks for $name"; return ;;
    esac
  done
}

kubectl get csr -o jsonpath='{range .items[?(@.spec.signerName=="kubernetes.io/kubelet-serving")]}{.metadata.name}{" "}{.spec.username}{" "}{.spec.request}{" "}{.status.conditions[*].type}{"\n"}{end}' |
  while read -r name user request conditions; do
    [[ -z $name || -n $conditions ]] && continue
    reason=$(objection "$user" "$(base64 -d <<<"$request")")
    if [[ -z $reason ]]; then
      kubectl certificate approve "$name"
    else
      printf 'not approved: %s: %s\n' "$name" "$reason" >&2
    fi
  done
