# shellcheck shell=bash
# promotion-gate.sh, with what components/serving/promotion.py asks behind it on standard input; fed to `bash -s` as root
# on the control plane. Fails where the track has not answered enough, or where an alert about it fires.
set -euo pipefail
# What kubectl learns of the API is nothing to leave on the machine.
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/metalml/kubectl

encoded() {
  local text=$1 index letter
  for ((index = 0; index < ${#text}; index++)); do
    letter=${text:index:1}
    case $letter in
      [a-zA-Z0-9._-]) printf '%s' "$letter" ;;
      *) printf '%%%02X' "'$letter" ;;
    esac
  done
}

# query PROMETHEUS EXPRESSION: the answer, as JSON on one line.
query() {
  local answer
  if ! answer=$(kubectl get --raw "$1/api/v1/query?query=$(encoded "$2")" --request-timeout 30s); then
    printf 'error: Prometheus does not answer, so nobody knows whether the track may have more requests\n' >&2
    exit 1
  fi
  printf '%s\n' "$answer"
}

# age_of NAMESPACE DEPLOYMENT: seconds since the version that runs now was brought in.
age_of() {
  local newest
  newest=$(kubectl get replicasets --namespace "$1" --selector "app.kubernetes.io/instance=$2" \
    --output 'jsonpath={range .items[?(@.spec.replicas>0)]}{.metadata.creationTimestamp}{"\n"}{end}' | sort | tail -n 1)
  printf '%s\n' $(($(date +%s) - $(date --date "$newest" +%s)))
}

gate() {
  local word value answer answered firing age
  local -A given
  while read -r word value; do given[$word]=$value; done
  # A track that nobody has asked has no series.
  answer=$(query "${given[prometheus]}" "${given[answered]}")
  answered=$(sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p' <<<"$answer")
  answered=$(printf '%.0f' "${answered:-0}")
  answer=$(query "${given[prometheus]}" "${given[firing]}")
  firing=$(grep -o '"alertname":"[^"]*"' <<<"$answer" | cut -d '"' -f 4 | sort -u | paste -sd ' ' || true)
  age=$(age_of "${given[namespace]}" "${given[deployment]}")
  local -a missing=()
  if ((age < 60 * given[minutes])); then
    missing+=("it has run this version for $((age / 60)) minutes, of ${given[minutes]} that are asked for")
  fi
  if ((answered < given[requests])); then
    missing+=("it answered $answered requests in ${given[minutes]} minutes, of ${given[requests]} that are asked for")
  fi
  if [[ -n $firing ]]; then missing+=("alerts about it fire: $firing"); fi
  if ((${#missing[@]} == 0)); then
    printf '%s may have %s %% of the requests: %s answered in %s minutes, no alert\n' \
      "${given[deployment]}" "${given[share]}" "$answered" "${given[minutes]}"
    return 0
  fi
  printf 'error: %s does not get %s %% of the requests yet:\n' "${given[deployment]}" "${given[share]}" >&2
  printf '  %s\n' "${missing[@]}" >&2
  printf 'nothing has changed for those who ask; run up again when it has shown more, or give it less\n' >&2
  return 1
}
gate; exit
