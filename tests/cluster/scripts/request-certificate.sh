# shellcheck shell=bash
# request-certificate.sh NAME USER SUBJECT ALTERNATIVE-NAMES: asks the cluster for a kubelet's serving certificate as USER.
# Fed to `bash -s` on the control plane.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/test-kubectl
name=$1 user=$2 subject=$3 names=$4
request=$(openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null \
  -subj "$subject" -addext "subjectAltName=$names" 2>/dev/null | base64 --wrap 0)
kubectl create --as "$user" --as-group system:nodes --as-group system:authenticated --filename - >/dev/null <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: $name}
spec:
  signerName: kubernetes.io/kubelet-serving
  request: $request
  usages: [digital signature, server auth]
EOF
