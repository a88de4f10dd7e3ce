#!/usr/bin/env bash
# definitions.sh apply: applies the CustomResourceDefinitions METALML_DEFINITIONS (names) of METALML_RELEASE, from the file
# METALML_SHA256 in the release cache, and waits until they are Established. CRDs that only an earlier release had are
# deleted, unless custom resources are left.
# definitions.sh remove: deletes the CRDs, except those with custom resources, which would be deleted with their CRD.
# Custom resources of METALML_INTERNAL, which only the release's programs create, are deleted with it.
# Standard input is a kubeconfig. Only CRDs of the stack METALML_STACK are changed: the annotation metalml/stack names it.
set -euo pipefail

# Seconds until a CRD is Established, or deleted; the API server needs one or two.
SERVED_WITHIN=120
# Seconds to wait for custom resources that are being deleted, for example by the garbage collector.
GOING_FOR=20
# The field manager of server-side apply.
MANAGER=metalml

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

command -v kubectl >/dev/null || fail "kubectl is needed on this computer and not on the PATH: https://kubernetes.io/docs/tasks/tools/"

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
# The file is unlinked before it has content. kubectl opens it by its descriptor, more than once.
exec 8<>"$scratch/kubeconfig"
rm -- "$scratch/kubeconfig"
cat >&8

cluster() {
  KUBECACHEDIR=$scratch/cache kubectl --kubeconfig=/proc/self/fd/8 --request-timeout=60s "$@"
}

# name, stack and field managers of each existing CRD, separated by spaces; "-" for none.
there() {
  cluster get customresourcedefinitions --ignore-not-found "$@" --output go-template='
{{- define "one" -}}
  {{ .metadata.name }} {{ with .metadata.annotations }}{{ with index . "metalml/stack" }}{{ . }}{{ else }}-{{ end }}{{ else }}-{{ end }}
  {{- range .metadata.managedFields }} {{ .manager }}{{ end }}{{ "\n" }}
{{- end -}}
{{- if eq .kind "List" }}{{ range .items }}{{ template "one" . }}{{ end }}{{ else }}{{ template "one" . }}{{ end }}' \
    --show-managed-fields
}

refuse_others() {
  local listed name stack managers others=() former=()
  listed=$(there "${wanted[@]}")
  while read -r name stack managers; do
    case "$stack $managers" in
      " " | "$METALML_STACK "*) ;;
      # It is a resource in the state, and the engine will delete it now that the program no longer registers it.
      "- "*pulumi-kubernetes*) former+=("$name") ;;
      "- "*) others+=("$name (made by ${managers%% *})") ;;
      *) others+=("$name (of stack $stack)") ;;
    esac
  done <<<"$listed"
  ((${#others[@]} == 0)) || fail "not of this stack, so nothing was changed: $(list "${others[@]}").
Turn off in the settings what installs them, or, if no other program needs them any more, give them to this stack:
  kubectl annotate customresourcedefinition NAME metalml/stack=$METALML_STACK"
  ((${#former[@]} == 0)) || fail "from before definitions left the state, so nothing was changed: $(list "${former[@]}").
If this stack has made them, bring it up once with the version before, which lets go of them (docs/upgrade.md). If
another program has, turn off in the settings what installs them."
}

list() {
  local all
  all=$(printf '%s, ' "$@")
  printf '%s' "${all%, }"
}

# Fields that Pulumi's provider manages would never be removed by an apply: remove its managedFields entries.
disown() {
  local listed name managers fields index manager
  listed=$(there "${wanted[@]}")
  while read -r name _ managers; do
    [[ $managers == *pulumi-kubernetes* ]] || continue
    # shellcheck disable=SC2016 # Go's variables
    fields=$(cluster get customresourcedefinition "$name" --show-managed-fields --output go-template='
{{- range $index, $field := .metadata.managedFields }}{{ $index }} {{ .manager }}{{ "\n" }}{{ end }}' |
      sort --reverse --numeric-sort)
    while read -r index manager; do
      [[ $manager == pulumi-kubernetes* ]] || continue
      cluster patch customresourcedefinition "$name" --type=json --patch "[
        {\"op\": \"test\", \"path\": \"/metadata/managedFields/$index/manager\", \"value\": \"$manager\"},
        {\"op\": \"remove\", \"path\": \"/metadata/managedFields/$index\"}]" >/dev/null
    done <<<"$fields"
  done <<<"$listed"
}

# name and Established condition of each CRD of this Command; a new CRD has no status yet
delivered() {
  cluster get customresourcedefinitions --selector "metalml/definitions=$METALML_DELIVERY" --output go-template='
{{- range .items }}{{ .metadata.name }}
  {{- with .status }}{{ range .conditions }}{{ if eq .type "Established" }} {{ .status }}{{ end }}{{ end }}{{ end }}{{ "\n" }}
{{- end }}'
}

wait_until_served() {
  local states name left=(all)
  while ((${#left[@]})); do
    ((SECONDS < SERVED_WITHIN)) || fail "not Established after $SERVED_WITHIN s: ${left[*]}; see kubectl describe customresourcedefinition"
    states=$(delivered)
    left=()
    for name in "${wanted[@]}"; do
      [[ $'\n'$states$'\n' == *$'\n'"$name True"$'\n'* ]] || left+=("$name")
    done
    if ((${#left[@]})); then sleep 0.3; fi
  done
}

objects_of() {
  local objects deadline=$((SECONDS + GOING_FOR))
  if [[ " $METALML_INTERNAL " == *" $1 "* ]]; then return; fi
  while objects=$(cluster get "$1" --all-namespaces --output name --ignore-not-found) && [[ -n $objects ]]; do
    ((SECONDS < deadline)) || break
    sleep 1
  done
  printf '%s' "$objects"
}

# Deletes those of the given CRDs that belong to this stack and have no custom resources.
remove() {
  local listed name stack objects gone=()
  listed=$(there "$@")
  while read -r name stack _; do
    [[ -n $name ]] || continue
    if [[ $stack != "$METALML_STACK" ]]; then
      printf '%s stays: it belongs to another stack or program\n' "$name" >&2
      continue
    fi
    objects=$(objects_of "$name")
    if [[ -n $objects ]]; then
      printf '%s stays, because custom resources exist that this stack did not create: %s\n' \
        "$name" "$(head -n 3 <<<"$objects" | paste -sd' ')" >&2
      continue
    fi
    gone+=("$name")
  done <<<"$listed"
  if ((${#gone[@]})); then
    cluster delete customresourcedefinitions "${gone[@]}" --ignore-not-found --timeout="${SERVED_WITHIN}s" >/dev/null
  fi
}

remove_former() {
  local states name former=()
  states=$(delivered)
  while read -r name _; do
    [[ -z $name || " ${wanted[*]} " == *" $name "* ]] || former+=("$name")
  done <<<"$states"
  if ((${#former[@]})); then remove "${former[@]}"; fi
}

read -r -a wanted <<<"$METALML_DEFINITIONS"
case $1 in
  apply)
    file=${XDG_CACHE_HOME:-$HOME/.cache}/metalml/releases/$METALML_SHA256
    sha256sum --check --status <<<"$METALML_SHA256  $file" ||
      fail "$file, which this program writes, is missing or damaged; run pulumi again"
    refuse_others
    cluster apply --server-side --force-conflicts --field-manager="$MANAGER" --filename "$file" >/dev/null
    disown
    wait_until_served
    remove_former
    ;;
  remove)
    # Pulumi's Kubernetes provider reads the same variable for its resources.
    if [[ ${PULUMI_K8S_DELETE_UNREACHABLE:-} == true ]] && ! cluster get --raw /version >/dev/null; then
      printf 'the cluster cannot be reached: its definitions are forgotten\n' >&2
      exit 0
    fi
    remove "${wanted[@]}"
    ;;
esac
