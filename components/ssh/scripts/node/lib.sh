# shellcheck shell=bash
# What the step scripts share. They run as root on the machine with METALML_WORK (the unpacked payload) set.
set -euo pipefail
umask 022

readonly STATE=/var/lib/metalml

say() { printf '%s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# install_file PATH [UNIT]: puts the payload's file PATH in place if it differs, whole or not at all.
# With UNIT, a note that the unit must be restarted is left *before* the file changes: a step killed
# in between restarts it on the next run, although the file is right by then.
install_file() {
  local path=$1 unit=${2:-} source=$METALML_WORK/files$1 mode
  mode=$(awk -v path="$path" '$2 == path {print $1}' "$METALML_WORK/modes")
  if cmp -s "$source" "$path" && [[ $(stat -c %a "$path") == "${mode#0}" ]]; then
    return 0
  fi
  mkdir -p "$(dirname "$path")" "$STATE/pending"
  if [[ -n $unit ]]; then : >"$STATE/pending/$unit"; fi
  remember "$path"
  install -m "$mode" "$source" "$path.metalml-new"
  mv "$path.metalml-new" "$path"
  say "wrote $path"
}

# install_binary SOURCE PATH [UNIT]: the same for a program of the bundle.
install_binary() {
  local source=$1 path=$2 unit=${3:-}
  if cmp -s "$source" "$path"; then return 0; fi
  mkdir -p "$(dirname "$path")" "$STATE/pending"
  if [[ -n $unit ]]; then : >"$STATE/pending/$unit"; fi
  remember "$path"
  install -m 0755 "$source" "$path.metalml-new"
  mv "$path.metalml-new" "$path"
  say "installed $path"
}

# remember PATH: what we put on the machine is on this list, so that cleaning takes away just that. Before the
# file is there: a step killed in between would not come back to it.
remember() {
  grep -qxF -- "$1" "$STATE/installed" 2>/dev/null || printf '%s\n' "$1" >>"$STATE/installed"
}

pending() { [[ -e $STATE/pending/$1 ]]; }

# settle_unit UNIT: enabled, running, and restarted if one of its files changed. systemd reads its own files anew only
# when they changed, which enabling does, too: a daemon-reload takes the GPUs from running containers whose runtime
# gave them without systemd's knowledge.
settle_unit() {
  local unit=$1
  if pending "$unit"; then
    if [[ $(systemctl show -P NeedDaemonReload "$unit") == yes ]]; then systemctl daemon-reload; fi
    systemctl is-enabled --quiet "$unit" || systemctl enable --quiet "$unit"
    systemctl restart "$unit"
    rm -f "$STATE/pending/$unit"
    say "restarted $unit"
  elif ! systemctl is-active --quiet "$unit"; then
    systemctl enable --quiet --now "$unit"
    say "started $unit"
  fi
}

# containerd starts without the part that kubelets talk to when that part finds something wrong (a drop-in, too few
# inotify instances), and stays so until it is restarted.
cri_answers() { ctr plugins ls | awk '$1 == "io.containerd.grpc.v1" && $2 == "cri" && $NF == "ok" {found = 1} END {exit !found}'; }
container_runtime() {
  settle_unit containerd.service
  cri_answers && return 0
  systemctl restart containerd.service
  cri_answers || die "containerd runs without its CRI plugin: $(journalctl --quiet --unit containerd --output cat | grep -i 'failed to load plugin\|skip loading plugin.*cri' | tail -n 1)"
  say "restarted containerd.service: its CRI plugin did not answer"
}

# run_kubeadm ARGUMENT...: kubeadm without the advice that it ends with, and without the listing of the kernel's
# options (its only coloured lines) that it prints where its system verification is ignored.
run_kubeadm() {
  kubeadm "$@" 2>&1 | sed --unbuffered '/\x1b\[/d; /^To start using your cluster/,$d'
}

# images_in ARCHIVE: the references of the images in a docker-archive.
images_in() {
  tar --extract --to-stdout --file "$1" manifest.json | grep -o '"RepoTags": *\[[^]]*\]' |
    sed 's/^"RepoTags": *\[//; s/\]$//' | tr -d '" ' | tr ',' '\n'
}

# import_images FOLDER: loads the image archives that were delivered to FOLDER into containerd, once each.
# The mark is the digest the delivery checked.
import_images() {
  local archive digest
  for archive in "$1"/*.tar; do
    [[ -e $archive ]] || return 0
    digest=$(cut -d' ' -f1 "$STATE/delivered$archive")
    [[ -e $STATE/imported/$digest ]] && continue
    ctr -n k8s.io images import "$archive" >/dev/null
    # When the disk fills, the kubelet removes images that no pod runs just then; these nobody could bring back.
    images_in "$archive" | while read -r image; do
      ctr -n k8s.io images label "$image" io.cri-containerd.pinned=pinned >/dev/null
    done
    mkdir -p "$STATE/imported"
    : >"$STATE/imported/$digest"
    say "imported ${archive##*/}"
  done
}
