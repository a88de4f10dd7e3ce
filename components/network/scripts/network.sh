#!/usr/bin/env bash
# Pod network "routed": the CNI configuration for this machine's pod range, and the rule that lets
# pods reach addresses outside the cluster under the machine's own.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

install_file /etc/cni/net.d/10-metalml.conflist
install_file /etc/metalml/pod-egress.nft metalml-pod-egress.service
install_file /etc/systemd/system/metalml-pod-egress.service metalml-pod-egress.service
settle_unit metalml-pod-egress.service
