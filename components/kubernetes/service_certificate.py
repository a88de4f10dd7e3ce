"""A serving certificate for a Service that the API server calls: aggregated APIs and webhooks."""

import base64
import hashlib
from dataclasses import dataclass

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_command import local
from pulumi_kubernetes.core.v1 import Secret, SecretVolumeSourceArgs, VolumeArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label

SCRIPT = "components/scripts/service-certificate.sh"
# As long as kubeadm's CAs. To renew it earlier, replace the Command: its digest rolls the pods.
VALID_DAYS = 3650
# Mount path of `certificate_volume`.
CERTIFICATE_DIRECTORY = "/certificate"
_KEY_BEGINS = "-----BEGIN PRIVATE KEY-----"


@dataclass(frozen=True, kw_only=True)
class ServiceCertificateArgs:
    """The Service that serves with the certificate, and the Secret for certificate and key."""

    service: str
    namespace: str
    secret: str

    def __post_init__(self) -> None:
        require_dns_label("service", self.service)
        require_dns_label("namespace", self.namespace)
        require_dns_label("secret", self.secret)


class ServiceCertificate(pulumi.ComponentResource):
    """A key and a self-signed certificate, generated once on this computer, in a Secret of type TLS.

    The key is a secret in the state and does not appear in a preview. Clients of the Service trust exactly
    this certificate, as their caBundle, and no CA.
    """

    secret: Output[str]
    """Name of the Secret with `tls.crt` and `tls.key`."""
    ca_bundle: Output[str]
    """The certificate for `caBundle` fields: PEM in base64."""
    digest: Output[str]
    """SHA-256 of the certificate; as an annotation of a pod template, it rolls the pods on renewal."""

    def __init__(self, name: str, args: ServiceCertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:certificates:ServiceCertificate", name, None, opts)
        # The API server verifies the first name; other pods would use the second.
        host = f"{args.service}.{args.namespace}.svc"
        made = local.Command(
            name,
            create=f"bash {SCRIPT} {VALID_DAYS} {host} {host}.cluster.local",
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=ResourceOptions(parent=self, additional_secret_outputs=["stdout"]),
        )
        # Every client gets the certificate in the TLS handshake: only the key is a secret.
        certificate = Output.unsecret(made.stdout.apply(lambda text: text.partition(_KEY_BEGINS)[0]))
        secret = Secret(
            name,
            metadata=ObjectMetaArgs(name=args.secret, namespace=args.namespace),
            type="kubernetes.io/tls",
            string_data={
                "tls.crt": certificate,
                "tls.key": made.stdout.apply(lambda text: "".join(text.partition(_KEY_BEGINS)[1:])),
            },
            opts=ResourceOptions(parent=self),
        )
        self.secret = secret.metadata.name
        self.ca_bundle = certificate.apply(lambda text: base64.b64encode(text.encode()).decode())
        self.digest = certificate.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
        self.register_outputs({})


def certificate_volume(certificate: ServiceCertificate) -> VolumeArgs:
    """A volume with the certificate and its key, mode 0440: readable by the pod's fsGroup."""
    secret = SecretVolumeSourceArgs(secret_name=certificate.secret, default_mode=0o440)
    return VolumeArgs(name="certificate", secret=secret)
