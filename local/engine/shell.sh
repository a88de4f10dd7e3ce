# shellcheck shell=bash
# `. .local/env`: pulumi itself, on the stacks of `make up`. PULUMI_STACK chooses another of them.
export PATH=@PATH@:$PATH
export PULUMI_STACK=@STACK@
@VARIABLES@

# The engine writes a salt into the settings that it reads: it gets the copies that `make` makes of them. And the
# Kubernetes provider leaves the kubeconfig in a temporary file: it gets a folder that goes with it.
pulumi() (
  TMPDIR=$(mktemp -d)
  export TMPDIR
  trap 'rm -rf -- "$TMPDIR"' EXIT
  case ${1:-} in
    @PROGRAM_COMMANDS@)
      command pulumi "$@" --cwd @REPOSITORY@ --config-file @SETTINGS@/"Pulumi.$PULUMI_STACK.yaml"
      ;;
    *) command pulumi --cwd @SETTINGS@ "$@" ;;
  esac
)
